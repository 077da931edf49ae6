"""Layers of the forks that change values one by one and keep the shape."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("HardSigmoid")
def hard_sigmoid(layer: LayerModule, x: Tensor) -> Tensor:
    """0.2 x + 0.5, held between 0 and 1 (MobileNet-YOLO)."""
    return (0.2 * x + 0.5).clamp(0, 1)


@runs("Insanity")
def insanity(layer: LayerModule, x: Tensor) -> Tensor:
    """x, or below 0 x / a: a is drawn from lb to ub in training, else their mean (happynear)."""
    p = layer.message.insanity_param
    if layer.training:
        slope = 1 / torch.empty_like(x).uniform_(p.lb, p.ub)
        return torch.where(x > 0, x, slope * x)
    return functional.leaky_relu(x, 2 / (p.lb + p.ub))


@runs("Mish")
def mish(layer: LayerModule, x: Tensor) -> Tensor:
    """The smooth x tanh(log(1 + exp(x))) (the YOLOv4 forks)."""
    return functional.mish(x)


@runs("ReLU6", without=("relu6_param.negative_slope",))
def relu6(layer: LayerModule, x: Tensor) -> Tensor:
    """min(6, max(0, x)) (MobileNet's forks)."""
    return functional.relu6(x)


@runs("ReLUX", without=("relux_param.negative_slope",))
def relux(layer: LayerModule, x: Tensor) -> Tensor:
    """A ReLU that ends at maximal_value (py-RFCN-priv)."""
    return x.clamp(0.0, layer.message.relux_param.maximal_value)
