"""How many items a start looks at unless it is said: fewer where each takes long."""

from __future__ import annotations

from math import prod

from fillerkit.nets.net import Net

BATCH, LEAST = 32, 2
"""As many as most nets get; as few as have a variance behind an InnerProduct."""

MOST = 1 << 39
"""Products of a batch on its way through the net; a processor needs half a minute for so many."""


def usual_batch(net: Net) -> int:
    """The items of a batch that has up to `MOST` products."""
    return int(min(BATCH, max(LEAST, MOST // max(products(net), 1))))


def products(net: Net) -> float:
    """How many products of an input and a weight the layers add up for one item."""
    total, items = 0.0, 1
    for layer in net.layers:
        if not layer.bottoms and layer.tops and layer.tops[0][1]:
            items = max(items, layer.tops[0][1][0])
        weight = next((param.shape for param in layer.params if param.weight), None)
        if layer.traits.sums is not None and weight is not None:
            each, _ = layer.traits.sums(layer.message, weight)
            total += each * sum(prod(shape) for _, shape in layer.tops)
    return total / items
