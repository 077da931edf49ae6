"""Flatten: some axes made one."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, count
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Flatten", in_place=False, moves=True)
def flatten(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Makes the axes from axis to end_axis one."""
    p, shape = layer.flatten_param, bottoms[0]
    start = canonical_axis(p.axis, shape, "flatten_param.axis")
    end = canonical_axis(p.end_axis, shape, "flatten_param.end_axis") + 1
    if start > end:
        raise LayerError(
            f"axis {p.axis} comes after end_axis {p.end_axis}", field="flatten_param.end_axis"
        )
    return Plan(tops=[(*shape[:start], count(shape[start:end]), *shape[end:])])
