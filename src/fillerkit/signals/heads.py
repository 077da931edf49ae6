"""The part of a net whose signal counts: all but losses and what reads it out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fillerkit.blobs.blobs import Blobs
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.splits import Port, Takers
from fillerkit.nets.net import Net


def heads(net: Net, takers: Takers) -> set[int]:
    """The layers that are losses, or read the net out, and that nothing but such layers takes."""
    found: set[int] = set()
    for index in reversed(range(len(net.layers))):
        layer = net.layers[index]
        tops = range(len(layer.message.top))
        behind = {taker for top in tops for taker, _ in takers.taken.get((index, top), ())}
        looking = layer.traits.loss or (layer.traits.reads_out and layer.bottoms)
        if looking and behind <= found:
            found.add(index)
    return found


def without(net: Net, left_out: set[int]) -> tuple[Net, Takers]:
    """The net without some layers that no other layer takes anything from, and its takers."""
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
    return replace(net, layers=tuple(layers), outputs=tuple(sorted(outputs))), takers


def ends(net: Net, takers: Takers, left_out: Collection[int] = ()) -> list[Port]:
    """The tops that no layer takes but those `left_out`; not those of sources of data."""
    return [
        (index, position)
        for index, layer in enumerate(net.layers)
        for position in range(len(layer.message.top))
        if index not in left_out
        and layer.bottoms
        and all(taker in left_out for taker, _ in takers.taken.get((index, position), ()))
    ]


def with_batch_statistics(net: Net, blobs: Blobs) -> tuple[Net, int]:
    """The net with BatchNorms that look at the batch where they have gathered nothing yet.

    Also how many layers have gathered nothing. Caffe would divide by sqrt(eps): a net that is only
    filled has no statistics.
    """
    layers, count = [], 0
    for layer in net.layers:
        if without_statistics(layer, blobs):
            count += 1
            if layer.type == "BatchNorm":
                changed = type(layer.message)()
                changed.CopyFrom(layer.message)
                changed.batch_norm_param.use_global_stats = False
                layer = replace(layer, message=changed)
        layers.append(layer)
    return replace(net, layers=tuple(layers)), count


def without_statistics(layer: Layer, blobs: Blobs) -> bool:
    """Whether a layer has statistics and they are zeros, by themselves or by their factor."""
    if not layer.traits.statistics or layer.key not in blobs:
        return False
    named = zip((param.name for param in layer.params), blobs[layer.key], strict=False)
    counted = {name: values for name, values in named if name in layer.traits.statistics}
    return any(not values.any() for name, values in counted.items() if name != "mean")
