"""Layers of the forks that change values one by one and keep the shape."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("HardSigmoid")
def hard_sigmoid(layer: LayerModule, x: Tensor) -> Tensor:
    """alpha x + beta (0.2 x + 0.5), held between 0 and 1 (MobileNet-YOLO, brocolli-caffe)."""
    p = layer.message.hardsigmoid_param
    return (p.alpha * x + p.beta).clamp(0, 1)


@runs("HardSwish")
def hard_swish(layer: LayerModule, x: Tensor) -> Tensor:
    """x (x / 6 + 0.5), the factor held between 0 and 1 (brocolli-caffe)."""
    return functional.hardswish(x)


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


@runs("ReLU6")
def relu6(layer: LayerModule, x: Tensor) -> Tensor:
    """min(threshold, max(0, x)), threshold 6; below 0 negative_slope x (brocolli-caffe)."""
    p = layer.message.relu6_param
    return functional.leaky_relu(x, p.negative_slope).clamp(max=p.threshold)


@runs("ReLUX", without=("relux_param.negative_slope",))
def relux(layer: LayerModule, x: Tensor) -> Tensor:
    """A ReLU that ends at maximal_value (py-RFCN-priv)."""
    return x.clamp(0.0, layer.message.relux_param.maximal_value)
