"""ArgMax: where the largest values stand."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, count, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("ArgMax", reads_out=True)
def argmax(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The places of the top_k largest values of an axis or item.

    Without axis the top is N x 1 x top_k, or N x 2 x top_k with the values, under out_max_val.
    """
    p, shape = layer.argmax_param, bottoms[0]
    top_k = positive(p.top_k, "argmax_param.top_k")
    if p.HasField("axis"):
        axis = canonical_axis(p.axis, shape, "argmax_param.axis")
        available = shape[axis]
        top: Shape = (*shape[:axis], top_k, *shape[axis + 1 :])
    else:
        canonical_axis(0, shape, "axis")
        available = count(shape[1:])
        rest = (1,) * (max(len(shape), 3) - 3)
        top = (shape[0], 2 if p.out_max_val else 1, top_k, *rest)
    if top_k > available:
        raise LayerError(
            f"top_k {top_k} is more than the {available} values there are",
            field="argmax_param.top_k",
        )
    return Plan(tops=[top])
