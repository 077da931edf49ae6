"""Eltwise: sum, product or maximum of bottoms of one shape."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

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
    product's gradient is a product too, or without stable_prod_grad the top over the bottom.
    """
    p = layer.message.eltwise_param
    if p.operation == EltwiseParameter.PROD:
        divided: Callable[..., Tensor] = _Product.apply
        # PyTorch compiles a function with a gradient of its own only where one is asked for.
        is_learned = any(x.requires_grad for x in bottoms)
        if is_learned and not p.stable_prod_grad:
            return divided(*bottoms)
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


class _Product(torch.autograd.Function):
    """A product whose gradient divides: NaN or infinite where a bottom is 0."""

    @staticmethod
    def forward(ctx: Any, *bottoms: Tensor) -> Tensor:
        top = reduce(torch.mul, bottoms)
        ctx.save_for_backward(top, *bottoms)
        return top

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:
        top, *bottoms = ctx.saved_tensors
        return tuple(top / x * gradients[0] for x in bottoms)
