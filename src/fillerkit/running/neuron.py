"""Layers that change values one by one and keep the shape, without parameters to learn."""

from __future__ import annotations

from math import exp, log

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import Draws, LayerModule, not_traced, refuse_trace
from fillerkit.running.registry import runs


@runs("AbsVal")
def absval(layer: LayerModule, x: Tensor) -> Tensor:
    """|x|."""
    return x.abs()


@runs("BNLL")
def bnll(layer: LayerModule, x: Tensor) -> Tensor:
    """log(1 + exp(x)), without an overflow."""
    # Not by logaddexp, which the older exporter to ONNX has no operator for.
    return functional.softplus(x, threshold=40)


@runs("Clip")
def clip(layer: LayerModule, x: Tensor) -> Tensor:
    """x held between min and max."""
    return x.clamp(layer.message.clip_param.min, layer.message.clip_param.max)


_DRAWN = "a trace would keep one mask of its draws; build the module without draws, or call eval()"


def _no_share(layer: Layer) -> str:
    # Caffe checks it in debug builds only.
    ratio = layer.message.dropout_param.dropout_ratio
    return "" if 0 <= ratio < 1 else f"its dropout_ratio, {ratio:g}, is not from 0 to below 1"


@runs("Dropout", without=("dropout_param.sqrt_scale",), refuse=_no_share)
def dropout(layer: LayerModule, x: Tensor) -> Tensor:
    """What stays is scaled by 1 / (1 - dropout_ratio) in training; nothing happens else.

    Forks: without scale_train it is scaled by 1 - dropout_ratio in testing instead, and with
    sample_weights_test values are dropped in testing too.
    """
    p = layer.message.dropout_param
    stays = 1 - p.dropout_ratio
    if layer.training or p.sample_weights_test:
        if layer.draws is not None:
            refuse_trace(not_traced(layer.layer, _DRAWN))
            return x * _factors(layer.draws, stays, 1 / stays if p.scale_train else 1.0, x)
        kept = functional.dropout(x, p.dropout_ratio, training=True)
        return kept if p.scale_train else kept * stays
    return x if p.scale_train else x * stays


def _factors(draws: Draws, stays: float, scale: float, like: Tensor) -> Tensor:
    """Caffe's factors: `scale` where a value stays, 0 where it is dropped; a draw a value.

    Boost's Bernoulli in double precision: a value stays if its draw is at most the share that stays
    of the largest draw. (Of 100 million values a float32 would decide some six otherwise.)
    """
    taken = draws(like.numel())
    kept = taken <= np.uint32(stays * (2**32 - 1))
    # The draws are read: the factors can have their memory.
    factors = np.multiply(kept, np.float32(scale), out=taken.view(np.float32))
    return torch.from_numpy(factors).reshape(like.shape).to(like)


@runs("ELU", without=("elu_param.lambda",))
def elu(layer: LayerModule, x: Tensor) -> Tensor:
    """x, or alpha (exp(x) - 1) below 0."""
    return functional.elu(x, layer.message.elu_param.alpha)


@runs("Exp")
def exp_(layer: LayerModule, x: Tensor) -> Tensor:
    """base ^ (shift + scale x), the base e where it is -1."""
    p = layer.message.exp_param
    rate = 1.0 if p.base == -1 else log(p.base)
    return exp(rate * p.shift) * torch.exp(rate * p.scale * x)


@runs("Log")
def log_(layer: LayerModule, x: Tensor) -> Tensor:
    """The logarithm, to a base or where it is -1 to e, of shift + scale x."""
    p = layer.message.log_param
    return torch.log(p.shift + p.scale * x) / (1.0 if p.base == -1 else log(p.base))


@runs("Power")
def power(layer: LayerModule, x: Tensor) -> Tensor:
    """(shift + scale x) ^ power; a constant, without a gradient, where scale or power is 0."""
    p = layer.message.power_param
    if p.scale * p.power == 0:
        return torch.full_like(x, p.shift).pow(p.power)  # 0 to a power below 0 is infinite
    inner = p.shift + p.scale * x
    return inner if p.power == 1 else inner**p.power


@runs("ReLU", without=("relu_param.fuse",))
def relu(layer: LayerModule, x: Tensor) -> Tensor:
    """max(0, x), or negative_slope x below 0."""
    slope = layer.message.relu_param.negative_slope
    return functional.leaky_relu(x, slope) if slope else functional.relu(x)


@runs("Sigmoid")
def sigmoid(layer: LayerModule, x: Tensor) -> Tensor:
    """1 / (1 + exp(-x))."""
    return torch.sigmoid(x)


@runs("Swish")
def swish(layer: LayerModule, x: Tensor) -> Tensor:
    """x sigmoid(beta x)."""
    return x * torch.sigmoid(layer.message.swish_param.beta * x)


@runs("TanH")
def tanh(layer: LayerModule, x: Tensor) -> Tensor:
    """The hyperbolic tangent."""
    return torch.tanh(x)


@runs("Threshold")
def threshold(layer: LayerModule, x: Tensor) -> Tensor:
    """1 above the threshold, else 0; no gradient."""
    return (x > layer.message.threshold_param.threshold).to(x.dtype)
