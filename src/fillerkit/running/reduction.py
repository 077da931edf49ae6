"""Reduction: many values made one."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs
from fillerkit.schema.forks_pb2 import ReductionParameter


def no_topk(p: ReductionParameter) -> str:
    """Why a reduction cannot be run, or ""."""
    return "its operation TOPK" if p.operation == ReductionParameter.TOPK else ""


def _of_a_fork(layer: Layer) -> str:
    return no_topk(layer.message.reduction_param)


@runs("Reduction", refuse=_of_a_fork)
def reduction(layer: LayerModule, x: Tensor) -> Tensor:
    """The sum, mean, or sum of |x| or x^2, times coeff, over all axes from axis on."""
    p = layer.message.reduction_param
    return reduced(x.reshape(*x.shape[: p.axis % x.ndim], -1), p)


def reduced(x: Tensor, p: ReductionParameter) -> Tensor:
    """`x` without its last axis."""
    if p.operation == ReductionParameter.MEAN:
        found = x.mean(-1)
    elif p.operation == ReductionParameter.ASUM:
        found = x.abs().sum(-1)
    elif p.operation == ReductionParameter.SUMSQ:
        found = x.square().sum(-1)
    else:
        found = x.sum(-1)
    return found if p.coeff == 1 else p.coeff * found
