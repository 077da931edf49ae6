"""Concat: bottoms laid end to end along one axis."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, shown
from fillerkit.schema.forks_pb2 import ConcatParameter, LayerParameter, SliceParameter


@layer("Concat", bottoms=(1, None), moves=True)
def concat(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Joins bottoms along one axis."""
    p, first = layer.concat_param, bottoms[0]
    axis = chosen_axis(p, "concat_dim", first, "concat_param")
    for index, shape in enumerate(bottoms):
        if len(shape) != len(first) or _without(axis, shape) != _without(axis, first):
            raise LayerError(
                f"its bottoms may differ in axis {axis} only: "
                f"bottom 0 is {shown(first)}, bottom {index} is {shown(shape)}"
            )
    total = sum(shape[axis] for shape in bottoms)
    return Plan(tops=[(*first[:axis], total, *first[axis + 1 :])])


def chosen_axis(
    p: ConcatParameter | SliceParameter, old_name: str, shape: Shape, message: str
) -> int:
    """The axis by its current name, or by the deprecated one that counts from the front only."""
    if not p.HasField(old_name):
        return canonical_axis(p.axis, shape, f"{message}.axis")
    field = f"{message}.{old_name}"
    if p.HasField("axis"):
        raise LayerError(f"gives both axis and {old_name}, its old name: keep axis", field=field)
    return canonical_axis(getattr(p, old_name), shape, field)


def _without(axis: int, shape: Shape) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])
