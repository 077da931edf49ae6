"""Eltwise: sum, product or maximum of bottoms of one shape."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import equal_shapes
from fillerkit.schema.forks_pb2 import EltwiseParameter, LayerParameter


@layer("Eltwise", bottoms=(2, None))
def eltwise(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The sum, product or maximum of its bottoms.

    A SUM may weigh them with coeff.
    """
    p = layer.eltwise_param
    if p.coeff and len(p.coeff) != len(bottoms):
        raise LayerError(
            f"needs one coeff a bottom: {len(p.coeff)} for {len(bottoms)} bottoms",
            field="eltwise_param.coeff",
        )
    if p.coeff and p.operation == EltwiseParameter.PROD:
        raise LayerError("coeff is for SUM, not for PROD", field="eltwise_param.coeff")
    equal_shapes(bottoms)
    return Plan(tops=[bottoms[0]])
