"""Normalize and L2Norm: values divided by their norm."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.running.batch_norm import by_channel
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs

_NORMS = ("L2", "L1")


def _unknown_norm(layer: Layer) -> str:
    kind = layer.message.normalize_param.normalize_type
    return "" if layer.params or kind in _NORMS else f"its normalize_type {kind!r}"


@runs("Normalize", without=("normalize_param.fix_gradient",), refuse=_unknown_norm)
def normalize(layer: LayerModule, x: Tensor) -> Tops:
    """x / sqrt(sum x^2 + eps), the sum over an item or the channels of a place, scaled (SSD).

    happynear's has no scale; it sums over the channels of a place, |x| for an L1 norm.
    """
    if not layer.layer.params:
        return _of_happynear(layer, x)
    p = layer.message.norm_param
    axes = list(range(1, x.ndim)) if p.across_spatial else [1]
    norm = (x.square().sum(axes, keepdim=True) + p.eps).sqrt()
    return x / norm * by_channel(layer.blob(0), x)


def _of_happynear(layer: LayerModule, x: Tensor) -> Tops:
    """The values and the norms, through which gradients flow back only with bp_norm."""
    p = layer.message.normalize_param
    x = x.reshape(*x.shape, *(1,) * (4 - x.ndim))
    eps = 1e-6
    if p.normalize_type == "L2":
        norm = (x.square().sum(1, keepdim=True) + eps).sqrt()
    else:
        norm = x.abs().sum(1, keepdim=True) + eps
    return (x / norm, norm if p.bp_norm else norm.detach())[: len(layer.layer.tops)]


@runs("L2Norm")
def l2_norm(layer: LayerModule, x: Tensor) -> Tensor:
    """x / sqrt(sum x^2), the sum over an item (several forks)."""
    return x / x.square().sum(list(range(1, x.ndim)), keepdim=True).sqrt()
