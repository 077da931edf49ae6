"""Layers of volumes that have no parameters (3dConvNet)."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes5, count, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Crop3d", bottoms=2)
def crop3d(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The middle of bottom 0, as large as bottom 1 (``crop3d_layer.cpp``)."""
    shape, wanted = map(axes5, bottoms)
    if any(own < other for own, other in zip(shape[2:], wanted[2:], strict=True)):
        raise LayerError(f"bottom 1, {shown(wanted)}, does not fit into bottom 0, {shown(shape)}")
    return Plan(tops=[(*shape[:2], *wanted[2:])])


@layer("Stretch", moves=True, fixed_batch=True)
def stretch(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Each place of each item as an item of its own (``stretch_layer.cpp``)."""
    num, channels, *lengths = axes5(bottoms[0])
    return Plan(tops=[(num * count(lengths), channels, 1, 1, 1)])
