"""The values that a page shows, and the net as it is with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan

from fillerkit.blobs.blobs import Blobs
from fillerkit.blobs.statistics import BlobStatistics, Statistics, stats
from fillerkit.errors import UsageError
from fillerkit.fillers import Given
from fillerkit.layers.net_layer import At
from fillerkit.layers.shapes import shown
from fillerkit.nets.given import with_given
from fillerkit.nets.net import Net


@dataclass(frozen=True)
class Shown:
    """What is shown.

    Attributes
    ----------
    net : Net
        With the values in place of its fillers, where they are not such as its fillers make.
    notes : tuple of str
        On the net, and on what it and the values do not have in common.
    blobs : Blobs or None
    weights : str or None
        The file that they are from.
    found : mapping of (key, index) to BlobStatistics
        What the values are like, held against the net.
    """

    net: Net
    notes: tuple[str, ...]
    blobs: Blobs | None = None
    weights: str | None = None
    found: Mapping[tuple[str, int], BlobStatistics] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Seen(Given):
    """Given values that have been looked at, a piece at a time: there may be very many."""

    found: Statistics = field(default_factory=Statistics)

    @property
    def mean(self) -> float:
        return self.found.mean if self.found.finite == self.found.count else nan

    @property
    def std(self) -> float:
        return self.found.std


def look(net: Net, blobs: Blobs | None, weights: str | None) -> Shown:
    """Look at the values of a net.

    Raises
    ------
    UsageError
        The blobs are another net's: they have other shapes, or nothing in common.
    """
    if blobs is None:
        return Shown(net, net.notes)
    strange = _not_of_net(net, blobs)
    found = {(each.layer, each.index): each for each in stats(blobs, net)}
    own = _with_values(net, found, f"in {weights or 'memory'}")
    return Shown(own, (*own.notes, *strange), blobs, weights, found)


def _with_values(net: Net, found: Mapping[tuple[str, int], BlobStatistics], where: str) -> Net:
    """What a net says of how a blob starts does not hold where the values are odd for it."""
    given: dict[At, Given] = {}
    for at, layer in enumerate(net.layers):
        for index, param in enumerate(layer.params):
            values = found.get((layer.key, index))
            if param.owner is None and values is not None and values.oddities:
                given[at, index] = _Seen(values.values.ravel(), where, values.found)
    return with_given(net, given)


def _not_of_net(net: Net, blobs: Blobs) -> tuple[str, ...]:
    """What blobs and net do not have in common, in words; refuses blobs of another net."""
    shapes = {
        (layer.key, index): param.shape
        for layer in net.layers
        for index, param in enumerate(layer.params)
    }
    there = {(name, at): array.shape for name in blobs for at, array in enumerate(blobs[name])}
    for key, shape in there.items():
        if key in shapes and shapes[key] != shape:
            raise UsageError(
                f"these are weights of another net: {key[0]}/{key[1]} is {shown(shape)}, and "
                f"{shown(shapes[key])} in the net"
            )
    if shapes and not shapes.keys() & there.keys():
        raise UsageError("these are weights of another net: they have no layer in common with it")
    missing = list(dict.fromkeys(layer for layer, _ in shapes.keys() - there.keys()))
    more = list(dict.fromkeys(layer for layer, _ in there.keys() - shapes.keys()))
    words = [f"no weights are there for {len(missing):,} layers"] if missing else []
    words += [f"the weights have {len(more):,} layers that the net has not"] if more else []
    return tuple(words)
