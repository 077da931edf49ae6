"""How many items a start looks at unless it is said: fewer where each takes long."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from fillerkit.layers import Shape
from fillerkit.nets.net import Net
from fillerkit.signals.inputs import fixes_batch

BATCH, LEAST = 32, 2
"""As many as most nets get; as few as have a variance behind an InnerProduct."""

MOST = 1 << 39
"""Products of a batch on its way through the net."""

PER_SECOND = 18e9
"""Products that one processor adds up, measured with convolutions of FCN-8s on an AMD EPYC."""


def usual_batch(net: Net) -> int:
    """The items of a batch that has up to `MOST` products."""
    return int(min(BATCH, max(LEAST, MOST // max(products(net), 1))))


def products(net: Net) -> float:
    """How many products of an input and a weight the layers add up for one item."""
    total = 0.0
    for layer in net.layers:
        weight = next((param.shape for param in layer.params if param.weight), None)
        if layer.traits.sums is not None and weight is not None:
            each, _ = layer.traits.sums(layer.message, weight)
            total += each * sum(prod(shape) for _, shape in layer.tops)
    return total / own_batch(net)


def seconds(net: Net, items: int | None) -> float:
    """How long so many items need for one way through the net; None for the net's usual."""
    if items is None:
        fixed = fixes_batch(net, (shape for _, shape in _inputs(net)))
        items = own_batch(net) if fixed else usual_batch(net)
    return items * products(net) / PER_SECOND


def own_batch(net: Net) -> int:
    """How many items the net was read with: the most of one of its inputs, but for regions."""
    regions = {
        name
        for layer in net.layers
        for position, name in enumerate(layer.bottoms)
        if position == layer.traits.regions
    }
    lengths = (shape[0] for name, shape in _inputs(net) if shape and name not in regions)
    return max(lengths, default=1)


def _inputs(net: Net) -> Iterator[tuple[str, Shape]]:
    return (top for layer in net.layers if not layer.bottoms for top in layer.tops)
