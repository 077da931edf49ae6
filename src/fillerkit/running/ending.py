"""A net up to some of its blobs: the layers that these need, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fillerkit.errors import UsageError, check_kind, did_you_mean
from fillerkit.layers.net_layer import At, Layer, ParamBlob, owner
from fillerkit.nets.net import Net


def ended(net: Net, until: str | Sequence[str]) -> Net:
    """The net whose outputs are the blobs `until`, in that order."""
    check_kind("until", until, (str, list, tuple), "the name of a blob, or a list of names")
    names = (until,) if isinstance(until, str) else tuple(until)
    known = {top: None for layer in net.layers for top in layer.message.top}
    for name in names:
        if name not in known:
            raise UsageError(f"no layer makes a blob '{name}'{did_you_mean(name, known)}")
    return replace(net, layers=_of_their_own(net, _needed(net, names)), outputs=names)


def _needed(net: Net, names: Sequence[str]) -> list[int]:
    """Which layers the last versions of blobs depend on, in the net's order."""
    wanted, found = set(names), []
    for index, layer in reversed(list(enumerate(net.layers))):
        tops = set(layer.message.top)
        if tops & wanted:
            wanted = wanted - tops | set(layer.bottoms)
            found.append(index)
    return found[::-1]


def _of_their_own(net: Net, indices: Sequence[int]) -> tuple[Layer, ...]:
    """Layers of the net as all of a net: what they share belongs to the first of them."""
    first: dict[At, At] = {}
    layers = []
    for place, index in enumerate(indices):
        params: list[ParamBlob] = []
        for number, param in enumerate(net.layers[index].params):
            here = place, number
            shared = first.setdefault(owner(net.layers, (index, number)), here)
            params.append(replace(param, owner=None if shared == here else shared))
        layers.append(replace(net.layers[index], params=tuple(params)))
    return tuple(layers)
