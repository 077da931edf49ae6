"""Unsqueeze: an axis of length 1 more."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Unsqueeze", in_place=False, passes=True)
def unsqueeze(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Puts an axis of length 1 before axis dim; -1 is behind the last (brocolli-caffe).

    Source: ``unsqueeze.cpp``.
    """
    shape, p = bottoms[0], layer.unsqueeze_param
    if not p.HasField("dim"):
        raise LayerError("needs dim", field="unsqueeze_param.dim")
    axis = p.dim + len(shape) + 1 if p.dim < 0 else p.dim
    if not 0 <= axis <= len(shape):
        raise LayerError(
            f"dim {p.dim} is beyond a bottom of {shown(shape)}", field="unsqueeze_param.dim"
        )
    return Plan(tops=[(*shape[:axis], 1, *shape[axis:])])
