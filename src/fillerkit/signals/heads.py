"""The part of a net whose signal counts: all but losses and what only looks at its outputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fillerkit.blobs.blobs import Blobs
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.registry import layer_types
from fillerkit.layers.splits import Port, Takers
from fillerkit.nets.net import Net

_LOOKING = (
    "Accuracy",
    "ArgMax",
    "DetectionEvaluate",
    "DetectionOutput",
    "HDF5Output",
    "Sigmoid",
    "Silence",
    "Softmax",
)
# Sigmoid and Softmax: as a net's last layer they turn scores into shares, and are no part of it.


def is_loss(layer: Layer) -> bool:
    """Whether its type is a loss."""
    known = layer_types.get(layer.type)
    return known is not None and known.loss


def heads(net: Net) -> set[int]:
    """The layers that are losses, or look at outputs, and that nothing but such layers takes."""
    takers = _takers(net)
    found: set[int] = set()
    for index in reversed(range(len(net.layers))):
        layer = net.layers[index]
        looking = is_loss(layer) or (layer.type in _LOOKING and layer.bottoms)
        if looking and takers.get(index, set()) <= found:
            found.add(index)
    return found


def without(net: Net, left_out: set[int]) -> Net:
    """The net without some layers that no other layer takes anything from."""
    kept = [index for index in range(len(net.layers)) if index not in left_out]
    place = {old: new for new, old in enumerate(kept)}
    layers = []
    for index in kept:
        layer = net.layers[index]
        params = tuple(
            replace(param, owner=(place[param.owner[0]], param.owner[1])) if param.owner else param
            for param in layer.params
        )
        layers.append(replace(layer, params=params) if params != layer.params else layer)
    takers = Takers([layer.message for layer in layers])
    outputs = {
        name
        for index, layer in enumerate(layers)
        for position, name in enumerate(layer.message.top)
        if not takers.count[index, position]
    }
    return replace(net, layers=tuple(layers), outputs=tuple(sorted(outputs)))


def ends(net: Net, left_out: Iterable[int] = ()) -> list[Port]:
    """The tops that no layer takes but those `left_out`; not those of sources of data."""
    out = set(left_out)
    takers = Takers([layer.message for layer in net.layers])
    taken = {top for (index, _), top in takers.made.items() if index not in out}
    return [
        (index, position)
        for index, layer in enumerate(net.layers)
        for position in range(len(layer.message.top))
        if index not in out and layer.bottoms and (index, position) not in taken
    ]


def with_batch_statistics(net: Net, blobs: Blobs) -> tuple[Net, int]:
    """The net with BatchNorms that look at the batch where they have gathered nothing yet.

    Also how many those are. Caffe would divide by sqrt(eps): a net that is only filled has no
    statistics.
    """
    layers, count = [], 0
    for layer in net.layers:
        if layer.type == "BatchNorm" and layer.key in blobs and not blobs[layer.key][-1].any():
            changed = type(layer.message)()
            changed.CopyFrom(layer.message)
            changed.batch_norm_param.use_global_stats = False
            layer, count = replace(layer, message=changed), count + 1
        layers.append(layer)
    return replace(net, layers=tuple(layers)), count


def _takers(net: Net) -> dict[int, set[int]]:
    """By layer, the layers that take one of its tops."""
    found: dict[int, set[int]] = {}
    for (index, _), (made, _) in Takers([layer.message for layer in net.layers]).made.items():
        found.setdefault(made, set()).add(index)
    return found
