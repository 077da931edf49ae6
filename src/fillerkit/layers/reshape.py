"""Reshape: the same elements under other axes."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, shown
from fillerkit.schema.forks_pb2 import LayerParameter

_DIM = "reshape_param.shape.dim"


@layer("Reshape", in_place=False, moves=True, fixed_batch=True)
def reshape(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Gives axes new lengths.

    num_axes axes from axis on get the ones of shape; 0 copies a length, one -1 is worked out.
    """
    p, shape = layer.reshape_param, bottoms[0]
    start = p.axis if p.axis >= 0 else len(shape) + p.axis + 1
    if not 0 <= start <= len(shape):
        raise LayerError(
            f"axis {p.axis} is out of range for a bottom of {shown(shape)}",
            field="reshape_param.axis",
        )
    end = len(shape) if p.num_axes == -1 else start + p.num_axes
    if p.num_axes < -1 or end > len(shape):
        raise LayerError(
            f"num_axes {p.num_axes} from axis {start} reaches past a bottom of {shown(shape)}",
            field="reshape_param.num_axes",
        )
    new = list(p.shape.dim)
    for index, length in enumerate(new):
        if length == 0:
            if start + index >= len(shape):
                raise LayerError(
                    f"a 0 copies a length, but its bottom, {shown(shape)}, "
                    f"has no axis {start + index}",
                    field=_DIM,
                )
            new[index] = shape[start + index]
    if new.count(-1) > 1:
        raise LayerError("at most one length can be worked out: -1 is given twice", field=_DIM)
    if -1 in new:
        known = count(shape[:start]) * count(shape[end:]) * -count(new)
        if known <= 0 or count(shape) % known:
            raise LayerError(
                f"the lengths given make {known} elements, which does not divide "
                f"the {count(shape)} of its bottom, {shown(shape)}",
                field=_DIM,
            )
        new[new.index(-1)] = count(shape) // known
    top = (*shape[:start], *new, *shape[end:])
    if count(top) != count(shape):
        raise LayerError(
            f"its top would be {shown(top)} with {count(top)} elements, "
            f"but its bottom, {shown(shape)}, has {count(shape)}",
            field=_DIM,
        )
    return Plan(tops=[top])
