"""Slice: one bottom cut into tops along one axis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from fillerkit.errors import LayerError
from fillerkit.layers.concat import chosen_axis
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Slice", tops=(1, None), moves=True)
def slice_(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cuts its bottom at slice_points, or into equal parts."""
    p, shape, tops = layer.slice_param, bottoms[0], len(layer.top)
    axis = chosen_axis(p, "slice_dim", shape, "slice_param")
    length, points = shape[axis], list(p.slice_point)
    if not points:
        if length % tops:
            raise LayerError(
                f"{tops} tops do not divide axis {axis} of {shown(shape)} evenly: give slice_point"
            )
        lengths = [length // tops] * tops
    else:
        if len(points) != tops - 1:
            raise LayerError(
                f"{tops} tops need {tops - 1} slice_points, not {len(points)}",
                field="slice_param.slice_point",
            )
        edges = [0, *points, length]
        lengths = [after - before for before, after in pairwise(edges)]
        if any(n <= 0 for n in lengths[:-1]) or lengths[-1] < 0 or tops > length:
            raise LayerError(
                f"slice_points {', '.join(map(str, points))} must rise from 1 to at most {length}, "
                f"the length of axis {axis}",
                field="slice_param.slice_point",
            )
    return Plan(tops=[(*shape[:axis], n, *shape[axis + 1 :]) for n in lengths])
