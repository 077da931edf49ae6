"""Gather: batches of several processes put together."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Gather", bottoms=(1, None), tops=(1, None), same=True, moves=True)
def gather(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Collects batches from all processes; alone it copies (TSN)."""
    return Plan(tops=list(bottoms))
