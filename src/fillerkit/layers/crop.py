"""Crop: one blob cut to the size of another."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Crop", bottoms=2)
def crop(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cuts bottom 0 to bottom 1's lengths, from axis on."""
    p, (shape, wanted) = layer.crop_param, bottoms
    start = canonical_axis(p.axis, shape, "crop_param.axis")
    cropped = len(shape) - start
    if len(wanted) < len(shape):
        raise LayerError(f"bottom 1, {shown(wanted)}, has fewer axes than bottom 0, {shown(shape)}")
    if len(p.offset) > 1 and len(p.offset) != cropped:
        raise LayerError(
            f"needs offset once, or once for each of the {cropped} axes from {start} on, "
            f"not {len(p.offset)} times",
            field="crop_param.offset",
        )
    offsets = list(p.offset) * (cropped if len(p.offset) == 1 else 1) or [0] * cropped
    for axis, offset in enumerate(offsets, start):
        if offset + wanted[axis] > shape[axis]:
            raise LayerError(
                f"axis {axis}: {wanted[axis]} from {offset} on do not fit into the {shape[axis]} "
                f"of bottom 0, {shown(shape)}",
                field="crop_param.offset" if p.offset else "",
            )
    return Plan(tops=[(*shape[:start], *wanted[start : len(shape)])])
