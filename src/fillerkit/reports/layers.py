"""The layers of a net as rows of a table, with what is known of each of their blobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fillerkit.blobs.statistics import BlobStatistics
from fillerkit.layers.net_layer import Layer, ParamBlob
from fillerkit.layers.shapes import shown as of_shape
from fillerkit.nets.net import Net
from fillerkit.reports.pictures import Picture, picture
from fillerkit.reports.shown import Shown


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
        Whether it is a weight of zeros.
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


def rows(net: Net, shown: Shown) -> tuple[Row, ...]:
    """All layers, with what is known of the values that are shown."""
    found = _found(net, shown)
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
                tops=tuple(f"{name} {of_shape(shape)}" for name, shape in layer.tops),
                blobs=tuple(_blob_rows(net, layer, shown.net.layers[at], found)),
                count=count,
                share=count / total if total else 0.0,
            )
        )
    return tuple(made)


def _found(net: Net, shown: Shown) -> dict[tuple[str, int], BlobStatistics]:
    """What the values are like, held against what their file records, else against the net.

    Where neither names a filler nothing was meant, so that no mean or std is odd.
    """
    starts = {} if shown.blobs is None else shown.blobs.starts
    unsaid = {
        (layer.key, index)
        for layer in net.layers
        for index, param in enumerate(layer.params)
        if param.unsaid
    }
    return {
        key: replace(each, theory=starts.get(key, None if key in unsaid else each.theory))
        for key, each in shown.found.items()
    }


def _blob_rows(
    net: Net, layer: Layer, own: Layer, found: Mapping[tuple[str, int], BlobStatistics]
) -> Iterator[BlobRow]:
    for index, param in enumerate(layer.params):
        values = found.get((layer.key, index))
        yield BlobRow(
            name=param.name,
            shape=of_shape(param.shape),
            count=param.count,
            starts=_starts(net, param),
            dead=own.params[index].dead and param.owner is None,
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
