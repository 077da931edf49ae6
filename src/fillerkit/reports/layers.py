"""The layers of a net as rows of a table, with what is known of each of their blobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fillerkit.blobs.blobs import Blobs
from fillerkit.blobs.statistics import BlobStatistics, stats
from fillerkit.errors import UsageError
from fillerkit.layers.net_layer import Layer, ParamBlob
from fillerkit.nets.net import Net
from fillerkit.reports.pictures import Picture, picture


@dataclass(frozen=True)
class BlobRow:
    """A parameter blob.

    Attributes
    ----------
    name, shape, count
        As they are shown.
    starts : str
        What it is filled with, in words.
    dead : bool
        Whether it is a weight that starts as zeros.
    picture : Picture or None
    found : str
        What its values are like, in words; "" where they are not known.
    oddities : tuple of str
        What of its values is not as it should be.
    """

    name: str
    shape: str
    count: int
    starts: str
    dead: bool
    picture: Picture | None
    found: str
    oddities: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A layer.

    Attributes
    ----------
    at : int
        Its index in the net.
    name, type : str
    line : int
        Of the prototxt.
    bottoms : tuple of str
    tops : tuple of str
        Each with its shape.
    blobs : tuple of BlobRow
    count : int
        Of its own parameters; those that it has of others are not counted.
    share : float
        Of all the net's parameters.
    """

    at: int
    name: str
    type: str
    line: int
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    blobs: tuple[BlobRow, ...]
    count: int
    share: float


def rows(net: Net, blobs: Blobs | None) -> tuple[Row, ...]:
    """All layers; with blobs the values are looked at."""
    found = {} if blobs is None else _found(net, blobs)
    total = net.count
    made = []
    for at, layer in enumerate(net.layers):
        count = sum(param.count for param in layer.params if param.owner is None)
        made.append(
            Row(
                at=at,
                name=layer.name,
                type=layer.type,
                line=layer.line,
                bottoms=layer.bottoms,
                tops=tuple(f"{name} {_shown(shape)}" for name, shape in layer.tops),
                blobs=tuple(_blob_rows(net, layer, found)),
                count=count,
                share=count / total if total else 0.0,
            )
        )
    return tuple(made)


def not_of_net(net: Net, blobs: Blobs) -> tuple[str, ...]:
    """What blobs and net do not have in common, in words.

    Raises
    ------
    UsageError
        The blobs are another net's: they have other shapes, or nothing in common.
    """
    shapes = {
        (layer.key, index): param.shape
        for layer in net.layers
        for index, param in enumerate(layer.params)
    }
    there = {(name, at): array.shape for name in blobs for at, array in enumerate(blobs[name])}
    for key, shape in there.items():
        if key in shapes and shapes[key] != shape:
            raise UsageError(
                f"these are weights of another net: {key[0]}/{key[1]} is {_shown(shape)}, and "
                f"{_shown(shapes[key])} in the net"
            )
    if shapes and not shapes.keys() & there.keys():
        raise UsageError("these are weights of another net: they have no layer in common with it")
    missing = list(dict.fromkeys(layer for layer, _ in shapes.keys() - there.keys()))
    more = list(dict.fromkeys(layer for layer, _ in there.keys() - shapes.keys()))
    words = [f"no weights are there for {len(missing):,} layers"] if missing else []
    words += [f"the weights have {len(more):,} layers that the net has not"] if more else []
    return tuple(words)


def _found(net: Net, blobs: Blobs) -> dict[tuple[str, int], BlobStatistics]:
    """What the values are like, held against what their file records, else against the net."""
    found = {(each.layer, each.index): each for each in stats(blobs, net)}
    return {
        key: replace(each, theory=blobs.starts.get(key, each.theory)) for key, each in found.items()
    }


def _blob_rows(
    net: Net, layer: Layer, found: Mapping[tuple[str, int], BlobStatistics]
) -> Iterator[BlobRow]:
    for index, param in enumerate(layer.params):
        values = found.get((layer.key, index))
        yield BlobRow(
            name=param.name,
            shape=_shown(param.shape),
            count=param.count,
            starts=_starts(net, param),
            dead=param.dead and param.owner is None,
            picture=None if param.owner else picture(param.distribution, values),
            found=_words(values, _starts(net, param)) if values else "",
            oddities=values.oddities if values else (),
        )


def _starts(net: Net, param: ParamBlob) -> str:
    if param.owner is None:
        return str(param.distribution)
    layer = net.layers[param.owner[0]]
    return f"shared with {layer.name}/{layer.params[param.owner[1]].name}"


def _words(values: BlobStatistics, starts: str) -> str:
    found = values.found
    zeros = 100 * found.zeros / found.count if found.count else 0.0
    words = f"mean {found.mean:.4g}, std {found.std:.4g}, {zeros:.3g}% zeros"
    words += f", {found.nans:,} NaN" if found.nans else ""
    if values.theory is not None and values.theory.words != starts:
        words += f", filled with {values.theory.words}"
    return words


def _shown(shape: tuple[int, ...]) -> str:
    return "x".join(f"{length}" for length in shape) or "scalar"
