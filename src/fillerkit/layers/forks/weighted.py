"""Layers that weigh each place or each unit of their bottom (cross_hashing_code)."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, count, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Weighted", bottoms=2)
def weighted(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Bottom 0 times one weight for each place (``weighted_layer.cpp``)."""
    return _weighted(bottoms, count(axes4(bottoms[0])[2:]))


@layer("FCWeighted", bottoms=2)
def fc_weighted(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Bottom 0, items x units, times one weight for each unit (``fc_weighted_layer.cpp``)."""
    if len(bottoms[0]) != 2:
        raise LayerError(f"needs a bottom of 2 axes (items x units), not {shown(bottoms[0])}")
    return _weighted(bottoms, bottoms[0][1])


def _weighted(bottoms: Sequence[Shape], weights: int) -> Plan:
    if count(bottoms[1][1:]) != weights:
        raise LayerError(
            f"bottom 1 must have {weights} weights an item: "
            f"bottom 0 is {shown(bottoms[0])}, bottom 1 is {shown(bottoms[1])}"
        )
    return Plan(tops=[bottoms[0]])
