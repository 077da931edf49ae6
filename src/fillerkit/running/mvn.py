"""MVN: mean and variance normalisation."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.shapes import legacy_shape
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("MVN")
def mvn(layer: LayerModule, x: Tensor) -> Tensor:
    """Gives each channel, or with across_channels each item, mean 0 and variance 1.

    The divisor is sqrt(variance) + eps: eps is added outside of the root. As in Caffe the gradient
    takes no notice of that: it is that of a root which is as large.
    """
    p = layer.message.mvn_param
    axes = 1 if p.across_channels else 2
    flat = x.reshape(*x.shape[:axes], *(1,) * (axes - x.ndim), -1)
    flat = flat - flat.mean(-1, keepdim=True)
    if p.normalize_variance:
        flat = flat / root(flat.square().mean(-1, keepdim=True), p.eps)
    return flat.reshape(legacy_shape(tuple(x.shape)))


def root(x: Tensor, more: float) -> Tensor:
    """sqrt(x) + more, with the gradient of a root that is as large: 1 / (2 (sqrt(x) + more))."""
    x_now = x.detach()
    return (x + ((x_now.sqrt() + more).square() - x_now)).sqrt()
