"""Which part of a layer's weight makes which channel of its output."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.net_layer import Layer


def axis_of(layer: Layer, top: Tensor) -> int:
    """The axis of a layer's output that its channels are on."""
    if layer.message.HasField("inner_product_param") or layer.type == "InnerProduct":
        return top.ndim - 1
    return int(layer.message.convolution_param.axis) % top.ndim


def times(layer: Layer, weight: Tensor, factors: Tensor) -> Tensor | None:
    """The weight with what makes each channel multiplied with its factor.

    None where no axis of the weight is that of the channels.
    """
    count, tail = len(factors), weight.ndim - 2
    factors = factors.to(weight.dtype)
    if layer.type == "Deconvolution" and count % weight.shape[1] == 0:
        # Of each group: inputs x outputs.
        group = count // weight.shape[1]
        grouped = weight.reshape(group, -1, *weight.shape[1:])
        changed = grouped * factors.reshape(group, 1, -1, *(1,) * tail)
        return changed.reshape(weight.shape)
    if layer.message.inner_product_param.transpose:
        return weight * factors if weight.shape[-1] == count else None
    if weight.shape[0] == count:
        return weight * factors.reshape(-1, *(1,) * (weight.ndim - 1))
    return None
