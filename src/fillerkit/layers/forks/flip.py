"""Flip: mirrored maps."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Flip", moves=True)
def flip(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Its bottom mirrored, left to right or top to bottom (happynear, CC4.0)."""
    return Plan(tops=[bottoms[0]])
