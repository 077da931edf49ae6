"""Nets for other programs: a prototxt with weights, an input, and what the net makes of it here.

Every blob has values of its own, so that one in the place of another is seen: weights as msra draws
them, other blobs from a uniform distribution. A BatchNorm has the mean and the variance of what
reaches it, without which each would multiply by hundreds or by nothing, and what goes into the last
Softmax and into boxes is made small, without which outputs would be 0 and 1 whatever else is wrong.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

import fillerkit as fk
import fillerkit.torch
from fillerkit.layers.splits import Takers
from fillerkit.signals.inputs import kind_of, values_of

Arrays = dict[str, Any]
SQUASHING = ("Softmax", "Sigmoid", "TanH")
"""What comes before these is compared too: their outputs hardly move where they are near 0 or 1."""
SORTED = "DetectionOutput"
"""Makes rows in an order of its own in every program: the rows are compared as a set."""


@dataclass(frozen=True)
class ClientNet:
    """A net, its files in a folder, and what the net makes of its input.

    Attributes
    ----------
    expected
        The blobs that are compared, by name: the net's outputs, what reaches a squashing layer, and
        what reaches a layer that ONNX cannot say.
    """

    name: str
    folder: Path
    net: fk.Net
    blobs: fk.Blobs
    expected: Arrays

    def weights(self) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
        """Every blob, as ``layer/index`` and its values.

        But for the factor of BatchNorms, which is 1: programs divide by it and do not keep it.
        """
        for layer, arrays in self.blobs.items():
            for index, (name, array) in enumerate(zip(arrays.names, arrays, strict=True)):
                if name != "scale_factor":
                    yield f"{layer}/{index}", array

    def is_told(self, output: str, blobs: Collection[str]) -> bool:
        """Whether an output is among blobs, or what stands for it where ONNX cannot say it."""
        return all(blob in blobs for blob in _sayable(self.net, output)) or output in blobs

    def sorted(self, blob: str) -> bool:
        """Whether a blob's rows have no order of their own."""
        return any(layer.type == SORTED and layer.tops[0][0] == blob for layer in self.net.layers)


def write(
    prototxt: Path,
    folder: Path,
    name: str,
    *,
    suffixes: Iterable[str] = (".caffemodel",),
    dtype: str = "float32",
) -> ClientNet:
    """Fill a net and run it, and write what a client takes.

    ``net.prototxt``, the weights as ``net`` with each suffix, ``inputs.npz`` (blobs by
    name), ``wanted.json`` (for each blob to compare the last layer that writes it). An ``.onnx``
    ends at the same blobs, or before layers that ONNX cannot say. The values are those of float32
    whatever the type in which weight files hold them.

    Raises
    ------
    fillerkit.FillerkitError
        The net cannot be read, or has a layer that does not run.
    """
    net = fk.load_net(prototxt, phase="TEST")
    rng = np.random.default_rng(1701)
    blobs = filled(net, rng)
    normalise(fillerkit.torch.module(net, blobs), blobs, inputs(net, rng))
    module = fillerkit.torch.module(net, blobs)  # in which no LSTM has seen a batch yet
    given = inputs(net, rng)
    wanted = list(dict.fromkeys([*net.outputs, *_squashed(net)]))
    ends = list(dict.fromkeys(end for blob in wanted for end in _sayable(net, blob)))
    with torch.no_grad():
        made = module(_tensors(given), blobs=[*wanted, *ends])
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(prototxt, folder / "net.prototxt")
    for suffix in suffixes:
        if suffix == ".onnx":
            from fillerkit.onnx import export

            export(net, blobs, folder / "net.onnx", until=ends)
        else:
            in_type(blobs, net, dtype).save(folder / f"net{suffix}")
    np.savez(folder / "inputs.npz", **given)
    expected = {blob: made[blob].numpy() for blob in (*wanted, *ends)}
    (folder / "wanted.json").write_text(json.dumps({blob: _writer(net, blob) for blob in wanted}))
    return ClientNet(name, folder, net, blobs, expected)


def filled(net: fk.Net, rng: np.random.Generator) -> fk.Blobs:
    """Blobs of a net, each with values of its own."""
    blobs = net.fill(seed=1)
    for arrays in blobs.values():
        for name, array in zip(arrays.names, arrays, strict=True):
            array[...] = _values(name, array.shape, rng)
    return blobs


def in_type(blobs: fk.Blobs, net: fk.Net, dtype: str) -> fk.Blobs:
    """The same values in another type; those that are shared still are."""
    made: dict[int, Any] = {}
    arrays = {
        layer: [
            made.setdefault(array.ctypes.data, array.astype(dtype)).reshape(array.shape)
            for array in of_layer
        ]
        for layer, of_layer in blobs.items()
    }
    return fk.Blobs.of(net, arrays)


def _values(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    if name == "scale_factor":
        return 1
    if len(shape) > 1 and np.prod(shape[1:]) > 1:
        return rng.standard_normal(shape, np.float32) * np.sqrt(2 / np.prod(shape[1:]))
    return rng.uniform(-0.1, 0.1, shape) if name in ("bias", "mean") else rng.uniform(0.5, 1, shape)


def normalise(module: fillerkit.torch.NetModule, blobs: fk.Blobs, given: Arrays) -> None:
    """Make a pass of the size that trained nets make: see the top of this file."""
    seen: dict[str, torch.Tensor] = {}
    followers = (*module.layers[1:], None)
    with torch.no_grad():
        for (layer, _, tops), after in zip(module.steps(_tensors(given)), followers, strict=True):
            seen.update(zip((name for name, _ in layer.layer.tops), tops, strict=False))
            if after is not None and after.layer.type == "BatchNorm":
                values = seen[after.message.bottom[0]].transpose(0, 1).flatten(1)
                mean = values.mean(1)
                # Next to nothing where all values of a channel are near its mean: what divides by
                # it would show the last bits of the sums, not the net.
                variance = torch.maximum(values.var(1, correction=0), mean**2 / 4).clamp_min(0.01)
                # Of maps of one value the spread of the channels: another input moves it as far.
                variance = torch.maximum(variance, values.square().mean() / 4)
                held_here = zip(blobs[after.layer.name], after.blobs(), strict=True)
                for new, (array, held) in zip((mean, variance), held_here, strict=False):
                    array[...] = new
                    held.copy_(new)
        for blob in (*_squashed(module.net), *_decoded(module.net)):
            last = blobs.get(_writer(module.net, blob))
            if last is not None and last.names[0] == "weight":
                # The module's parameter lies in the same memory.
                last[0][...] /= max(1.0, float(seen[blob].std()))


def inputs(net: fk.Net, rng: np.random.Generator) -> Arrays:
    """A random input of a net: its images, and where it has them sizes, regions, marks, labels."""
    shapes = {top: shape for layer in net.layers if not layer.bottoms for top, shape in layer.tops}
    length = next(iter(shapes.values()))[-1]
    takers = Takers([layer.message for layer in net.layers])
    return {
        top: _input(top, values_of(kind_of(net, takers, top), shape, rng), length, rng)
        for top, shape in shapes.items()
    }


def _input(top: str, values: Any, length: int, rng: np.random.Generator) -> Any:
    shape = values.shape
    if top == "im_info":
        values[...] = np.resize([length, length, 1], shape)
    elif top == "rois":
        corners = rng.uniform(0, length, (2, shape[0], 2))
        values.reshape(len(values), -1)[:, 0] = 0
        values.reshape(len(values), -1)[:, 1:] = np.hstack([corners.min(0), corners.max(0)])
    return values


def _tensors(arrays: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def _squashed(net: fk.Net) -> Iterator[str]:
    """The blobs that go into squashing layers which make the net's outputs."""
    for layer in net.layers:
        makes = layer.tops and layer.tops[0][0]
        if layer.type in SQUASHING and makes in net.outputs and layer.bottoms[0] != makes:
            yield layer.bottoms[0]


def _decoded(net: fk.Net) -> Iterator[str]:
    """What DetectionOutput makes boxes and scores of, as layers with weights made it.

    Sizes of boxes are powers of them, and scores a Softmax: where they are large both show the last
    bits of sums.
    """
    for index, layer in enumerate(net.layers):
        if layer.type == SORTED:
            for blob in layer.bottoms[:2]:
                yield from _made_with_weights(net.layers[:index], blob)


def _made_with_weights(before: Sequence[fk.Layer], blob: str) -> Iterator[str]:
    """The blob, or those that it is made of where the layer that writes it has no weights."""
    index = max(at for at, layer in enumerate(before) if blob in dict(layer.tops))
    layer = before[index]
    if layer.params or not layer.bottoms:
        yield blob
        return
    for bottom in layer.bottoms:
        yield from _made_with_weights(before[:index], bottom)


def _sayable(net: fk.Net, blob: str) -> tuple[str, ...]:
    """The blob, or what goes into its layer where ONNX cannot say that."""
    layer = next(each for each in reversed(net.layers) if blob in dict(each.tops))
    return layer.bottoms if fillerkit.torch.traceable(layer) else (blob,)


def _writer(net: fk.Net, blob: str) -> str:
    """The last layer that writes a blob, in place too."""
    return [layer.name for layer in net.layers if blob in dict(layer.tops)][-1]


def difference(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any], rows: bool) -> float:
    """The largest difference, relative to our largest value; infinity where shapes do not agree.

    A client that takes one image of a batch is held against that one, the first; its rows are
    without the number of the image, which is their first column here.
    """
    if rows:
        ours = ours[..., -theirs.shape[-1] :]
        ours, theirs = (_by_columns(array) for array in (ours, theirs))
    if ours.ndim and theirs.size * len(ours) == ours.size:
        ours = ours[0]
    if ours.size != theirs.size or not np.isfinite(ours).all():
        return float("inf")
    largest = np.abs(ours).max() or 1.0
    return float(np.nan_to_num(np.abs(ours.ravel() - theirs.ravel()) / largest, nan=np.inf).max())


def _by_columns(rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    table = rows.reshape(-1, rows.shape[-1])
    table = table[table.any(axis=1)]  # OpenCV fills up to keep_top_k with zeros
    return table[np.lexsort(np.round(table, 3).T)]
