"""Permute and Transpose: axes in another order."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Permute", moves=True)
def permute(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Its bottom's axes in another order (SSD).

    Axes that ``order`` leaves out follow in their own order.
    """
    shape, order = bottoms[0], list(layer.permute_param.order)
    if len(set(order)) != len(order) or any(axis >= len(shape) for axis in order):
        raise LayerError(
            f"order {', '.join(map(str, order))} must name axes of its bottom, {shown(shape)}, "
            "each once",
            field="permute_param.order",
        )
    order += [axis for axis in range(len(shape)) if axis not in order]
    return Plan(tops=[tuple(shape[axis] for axis in order)])


@layer("Transpose", in_place=False, moves=True)
def transpose(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Its bottom's axes in the order of dim, which names all (CC4.0, caffe_ocr)."""
    shape, order = bottoms[0], list(layer.transpose_param.dim)
    if sorted(order) != list(range(len(shape))):
        raise LayerError(
            f"dim {', '.join(map(str, order))} must name every axis of its bottom, "
            f"{shown(shape)}, once",
            field="transpose_param.dim",
        )
    return Plan(tops=[tuple(shape[axis] for axis in order)])
