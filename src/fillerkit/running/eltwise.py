"""Eltwise: sum, product or maximum of bottoms of one shape."""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs
from fillerkit.schema.forks_pb2 import EltwiseParameter


def _of_a_fork(layer: Layer) -> str:
    known = (EltwiseParameter.PROD, EltwiseParameter.SUM, EltwiseParameter.MAX)
    return "" if layer.message.eltwise_param.operation in known else "its eltwise_param.operation"


@runs("Eltwise", refuse=_of_a_fork)
def eltwise(layer: LayerModule, *bottoms: Tensor) -> Tensor:
    """The sum, weighted by coeff, the product or the maximum.

    Of equal maxima the gradient goes to one: of the first two to the second, else to the first. The
    product's gradient is the stable one, without a division.
    """
    p = layer.message.eltwise_param
    if p.operation == EltwiseParameter.PROD:
        return reduce(torch.mul, bottoms)
    if p.operation == EltwiseParameter.MAX:
        first, second, *more = bottoms
        top = torch.where(first > second, first, second)
        for x in more:
            top = torch.where(x > top, x, top)
        return top
    terms = bottoms
    if p.coeff:
        terms = tuple(x if c == 1 else c * x for c, x in zip(p.coeff, bottoms, strict=True))
    return reduce(torch.add, terms)
