"""Normalize and L2Norm: values divided by their norm."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.running.batch_norm import by_channel
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


def _of_happynear(layer: Layer) -> str:
    return "" if layer.params else "it is happynear's, without a scale"


@runs("Normalize", refuse=_of_happynear)
def normalize(layer: LayerModule, x: Tensor) -> Tensor:
    """x / sqrt(sum x^2 + eps), the sum over an item or the channels of a place, scaled (SSD)."""
    p = layer.message.norm_param
    axes = list(range(1, x.ndim)) if p.across_spatial else [1]
    norm = (x.square().sum(axes, keepdim=True) + p.eps).sqrt()
    return x / norm * by_channel(layer.blob(0), x)


@runs("L2Norm")
def l2_norm(layer: LayerModule, x: Tensor) -> Tensor:
    """x / sqrt(sum x^2), the sum over an item (several forks)."""
    return x / x.square().sum(list(range(1, x.ndim)), keepdim=True).sqrt()
