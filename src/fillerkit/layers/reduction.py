"""Reduction: many values made one."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Reduction")
def reduction(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The sum, or the like, over all axes from axis on."""
    axis = canonical_axis(layer.reduction_param.axis, bottoms[0], "reduction_param.axis")
    return Plan(tops=[bottoms[0][:axis]])
