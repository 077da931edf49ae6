"""Softmax."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Softmax")
def softmax(layer: LayerModule, x: Tensor) -> Tensor:
    """exp(x) / sum(exp(x)) over one axis."""
    return functional.softmax(x, layer.message.softmax_param.axis)
