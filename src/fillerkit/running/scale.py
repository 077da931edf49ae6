"""Scale and Bias: a factor and an offset, for a channel or for any span of axes."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Scale", without=("scale_param.min_value", "scale_param.max_value"))
def scale(layer: LayerModule, x: Tensor, *factor: Tensor) -> Tensor:
    """Multiplies from axis on with its weight, or with its second bottom, and may add a bias."""
    p = layer.message.scale_param
    blobs = layer.blobs()
    x = x * spanned(factor[0] if factor else blobs.pop(0), x, p.axis)
    return x + spanned(blobs[0], x, p.axis) if blobs else x


@runs("Bias")
def bias(layer: LayerModule, x: Tensor, *offset: Tensor) -> Tensor:
    """Adds from axis on its blob, or its second bottom."""
    return x + spanned(offset[0] if offset else layer.blob(0), x, layer.message.bias_param.axis)


def spanned(values: Tensor, x: Tensor, axis: int) -> Tensor:
    """`values` laid along the axes of `x` from axis on; one value goes for all."""
    if values.ndim == 0:
        return values
    return values.reshape(*values.shape, *(1,) * (x.ndim - axis % x.ndim - values.ndim))
