"""What is sent through a net: gaussian values, whole numbers for labels, arrays, files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import UsageError, did_you_mean
from fillerkit.layers import Shape
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.shapes import shown
from fillerkit.layers.splits import Port, Takers
from fillerkit.nets.net import Net
from fillerkit.regular_file import is_folder, open_regular
from fillerkit.signals.images import images
from fillerkit.signals.real_data import from_sources

Values = NDArray[np.float32]
Given = Mapping[str, "np.ndarray[Any, Any] | str | os.PathLike[str]"]

BATCH = 16


@dataclass(frozen=True)
class Kind:
    """What an input holds.

    Attributes
    ----------
    below : int or None
        Whole numbers from 0 to below this; None for values of any size.
    going_on : bool
        Marks of a recurrent layer: 0 where a sequence begins, 1 where it goes on.
    regions : (int, float, float) or None
        Regions of so many images of this height and width: an image's number, and two corners.
    """

    below: int | None = None
    going_on: bool = False
    regions: tuple[int, float, float] | None = None


def make(
    net: Net,
    takers: Takers,
    names: tuple[str, ...],
    given: Given | np.ndarray[Any, Any] | str | os.PathLike[str] | None,
    batch: int | None,
    seed: int,
    usual: int = BATCH,
) -> tuple[dict[str, Values], list[str], list[str]]:
    """Values for all inputs of a net.

    Without any given they are the first items of the net's data, where it is here. `usual` is the
    batch where neither `batch` nor a layer says one.

    Returns
    -------
    values : dict
    signals : list of str
        The inputs that are no labels.
    notes : list of str
    """
    shapes = {
        name: shape for layer in net.layers if not layer.bottoms for name, shape in layer.tops
    }
    kinds = {name: kind_of(net, takers, name) for name in names}
    files = _named(given, [name for name in names if kinds[name] == Kind()] or list(names))
    for name in files:
        if name not in names:
            raise UsageError(f"'{name}' is no input of the net{did_you_mean(name, names)}")
    values, notes = {}, []
    default = _default(net, shapes, names, usual)
    for name, item in files.items():
        own = default or (*shapes[name], usual)[0]
        values[name], said = _read(net, item, shapes[name], name, batch, own)
        notes += said
    lengths = (len(found) for name, found in values.items() if kinds[name].regions is None)
    count = next(lengths, batch or default)
    if given is None:
        values, notes = from_sources(net, names, count, seed)
    rng = np.random.default_rng(seed)
    read = set(values)
    for name in names:
        shape = (count, *shapes[name][1:]) if count and shapes[name] else shapes[name]
        if name not in values:
            values[name] = values_of(kinds[name], shape, rng)
    real = [name for name in names if kinds[name] == Kind()]
    drawn = [name for name in real if name not in read]
    if drawn:
        notes.append(f"{', '.join(drawn)}: unit gaussian values")
    if batch is None and not default and any(_is_folder(item) for item in files.values()):
        notes += _fixed(net, count)
    notes += [
        f"{name}: whole numbers from 0 to {(kind.below or 0) - 1}"
        for name, kind in kinds.items()
        if (kind.below or 0) > 1 and name not in read
    ]
    notes += [
        f"{name}: regions at random"
        for name, kind in kinds.items()
        if kind.regions is not None and name not in read
    ]
    return {name: values[name] for name in names}, real, notes


def _default(net: Net, shapes: Mapping[str, Shape], names: tuple[str, ...], usual: int) -> int:
    """The batch unless one is asked for; 0 leaves every shape as it is."""
    return 0 if fixes_batch(net, (shapes[name] for name in names)) else usual


def fixes_batch(net: Net, inputs: Iterable[Shape]) -> bool:
    """Whether inputs keep the lengths that they were read with: a layer asks so, or they differ."""
    lengths = {shape[0] for shape in inputs if shape}
    return any(layer.traits.fixed_batch for layer in net.layers) or len(lengths) != 1


def _fixed(net: Net, count: int) -> list[str]:
    """Why a folder's images are not as many as usual, and that more can be tried."""
    for layer in net.layers:
        if layer.traits.fixed_batch:
            return [
                f"a batch of {count}, as the net was read, for layer '{layer.name}' "
                f"({layer.type}) may hold it fast; if it does not, a larger batch goes through too"
            ]
    return []


def _is_folder(item: object) -> bool:
    return isinstance(item, str | os.PathLike) and is_folder(Path(item))


def kind_of(net: Net, takers: Takers, name: str) -> Kind:
    """What an input is used as, wherever it goes."""
    place = next(
        (index, list(layer.message.top).index(name))
        for index, layer in enumerate(net.layers)
        if not layer.bottoms and name in layer.message.top
    )
    uses = list(_uses(net, takers, place))
    if not uses:
        return Kind(below=1)
    if any(use == Kind() for use in uses):
        return Kind()
    bounds = [use.below for use in uses if use.below]
    return Kind(min(bounds)) if bounds else uses[0]


def _uses(net: Net, takers: Takers, place: Port) -> Iterator[Kind]:
    """A top's uses, also where layers move its values to; a layer without tops uses nothing."""
    for index, position in takers.taken.get(place, ()):
        layer = net.layers[index]
        if layer.traits.moves:
            for top in range(len(layer.message.top)):
                yield from _uses(net, takers, (index, top))
        elif layer.traits.marks == position:
            yield Kind(going_on=True)
        elif layer.traits.regions == position:
            at, top = takers.made[index, 0]
            images, *_, height, width = net.layers[at].tops[top][1]
            scale = _scale(layer)
            yield Kind(regions=(images, height / scale, width / scale))
        elif layer.tops:
            made = [takers.made[index, at] for at in range(len(layer.bottoms))]
            shapes = [net.layers[at].tops[top][1] for at, top in made]
            yield Kind(layer.traits.below(layer.message, position, shapes))


def _scale(layer: Layer) -> float:
    """The ``spatial_scale`` of a layer's text, whatever message has it."""
    scales = (getattr(value, "spatial_scale", 0) for _, value in layer.message.ListFields())
    return next((scale for scale in scales if scale), 1.0)


def values_of(kind: Kind, shape: Shape, rng: np.random.Generator) -> Values:
    """Random values of a kind."""
    if kind.regions is not None and prod(shape[1:]) == 5:
        images, height, width = kind.regions
        corners = np.sort(rng.random((shape[0], 2, 2)), axis=1) * [width - 1, height - 1]
        numbers = np.arange(shape[0]).reshape(-1, 1) % images
        found = np.concatenate([numbers, corners.reshape(-1, 4)], axis=1)
        return found.reshape(shape).astype(np.float32)
    if kind.going_on:
        marks = np.ones(shape, np.float32)
        marks[:1] = 0
        return marks
    if kind.below:
        return rng.integers(0, kind.below, shape).astype(np.float32)
    return rng.standard_normal(shape, np.float32)


def _named(given: Any, names: list[str]) -> dict[str, Any]:
    """What was given, by input; without a name it is for the one input that is no label."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    if len(names) != 1:
        raise UsageError(f"the net has the inputs {', '.join(names) or 'of none'}: say which")
    return {names[0]: given}


def _read(
    net: Net, item: Any, shape: Shape, name: str, batch: int | None, usual: int
) -> tuple[Values, list[str]]:
    """The values of an array, an ``.npy`` file or a folder of images; and notes."""
    what = f"input '{name}'"
    if isinstance(item, str | os.PathLike):
        what = f"{item}: {what}"
        path = Path(item)
        if is_folder(path):
            return images(net, path, shape, name, batch or usual)
        try:
            with open_regular(path) as file:
                values = np.load(file, allow_pickle=False)
        except FileNotFoundError:
            raise UsageError(f"{item}: there is no such .npy file or folder of images") from None
        except (OSError, ValueError, EOFError) as error:
            # NumPy takes what it does not know for a pickle, and says how to load that.
            reason = error.strerror if isinstance(error, OSError) else None
            raise UsageError(
                f"{item}: no folder of images, and no .npy file of numbers"
                + (f": {reason}" if reason else "")
            ) from None
        if not isinstance(values, np.ndarray):
            raise UsageError(f"{item}: it holds several arrays: give an .npy file")
    else:
        values = np.asarray(item)
    if values.dtype.kind not in "fiub":
        raise UsageError(f"{what} holds {values.dtype}, not numbers")
    if values.shape[1:] != shape[1:] or values.ndim != len(shape) or not len(values):
        raise UsageError(f"{what} is {_odd(values.shape, shape)}")
    with np.errstate(over="ignore"):  # to infinity, which is refused
        found = np.ascontiguousarray(values[:batch], dtype=np.float32)
    if not np.isfinite(found).all():
        raise UsageError(f"{what} holds values that are infinite or not a number")
    if not isinstance(item, str | os.PathLike):
        return found, []
    if len(found) < len(values):
        taken = f"the first {len(found)} of {len(values)} items"
    else:
        taken = f"all {len(values)} items" if len(values) > 1 else "the only item"
    return found, [f"{name}: {taken} of {item}"]


def _odd(found: Shape, shape: Shape) -> str:
    """A shape that does not fit, what would, and the way there where it is plain."""
    wanted = shown((1, *shape[1:])).partition("x")[2]
    said = f"{shown(found)}; the net takes {'N' if wanted else shown(shape)}"
    said += f"x{wanted} there" if wanted else " there"
    if len(found) == len(shape) == 4 and found[1:] == (*shape[2:], shape[1]):
        said += "; its channels are last: numpy.moveaxis(x, 3, 1) puts them first"
    elif found == shape[1:]:
        said += ": x[None] is a batch of one item"
    return said
