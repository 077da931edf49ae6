"""MVN: mean and variance normalisation."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.layers.shapes import legacy_shape
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("MVN")
def mvn(layer: LayerModule, x: Tensor) -> Tensor:
    """Gives each channel, or with across_channels each item, mean 0 and variance 1.

    The divisor is sqrt(variance) + eps: eps is added outside of the root.
    """
    p = layer.message.mvn_param
    axes = 1 if p.across_channels else 2
    flat = x.reshape(*x.shape[:axes], *(1,) * (axes - x.ndim), -1)
    flat = flat - flat.mean(-1, keepdim=True)
    if p.normalize_variance:
        flat = flat / (root(flat.square().mean(-1, keepdim=True)) + p.eps)
    return flat.reshape(legacy_shape(tuple(x.shape)))


def root(x: Tensor) -> Tensor:
    """The square root, with a gradient of 0 where it has none, at 0."""
    above = x > 0
    return torch.where(above, torch.where(above, x, 1).sqrt(), 0)
