"""BatchReduction: the segments of a video as one."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("BatchReduction")
def batch_reduction(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The mean, or the like, of an axis: of all of it, or of level^2 each (TSN)."""
    p, message, shape = layer.batch_reduction_param, "batch_reduction_param", bottoms[0]
    axis = canonical_axis(p.reduction_param.axis, shape, f"{message}.reduction_param.axis")
    levels = list(p.level) or [1]
    reduced: tuple[int, ...] = ()
    if levels != [1]:
        total = sum(level * level for level in levels)
        if shape[axis] != total:
            raise LayerError(
                f"its levels need {total} along axis {axis} of its bottom, {shown(shape)}",
                field=f"{message}.level",
            )
        reduced = (len(levels),)
    return Plan(tops=[(*shape[:axis], *reduced, *shape[axis + 1 + p.pos :])])
