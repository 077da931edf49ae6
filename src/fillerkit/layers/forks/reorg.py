"""Reorg: squares of pixels moved into channels, or back."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Reorg", moves=True)
def reorg(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Moves squares of pixels into channels, or back (YOLOv2)."""
    num, channels, height, width = axes4(bottoms[0])
    stride = positive(layer.reorg_param.stride, "reorg_param.stride")
    if layer.reorg_param.reverse:
        return Plan(tops=[(num, channels // stride**2, height * stride, width * stride)])
    return Plan(tops=[(num, channels * stride**2, height // stride, width // stride)])
