"""Layers that move, mix or scale channels."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Axpy")
def axpy(layer: LayerModule, scale: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """a x + y with one a for each item's channel (SENet)."""
    return scale.reshape(*x.shape[:2], *(1,) * (x.ndim - 2)) * x + y


def _kept_mean(layer: Layer) -> str:
    return "its global_scale" if layer.message.channel_scale_param.global_scale else ""


@runs("ChannelScale", refuse=_kept_mean)
def channel_scale(layer: LayerModule, x: Tensor, scale: Tensor) -> Tensor:
    """Multiplies all channels of a place with one number (happynear)."""
    return x * scale.reshape(x.shape[0], 1, *x.shape[2:])


@runs("ShuffleChannel")
def shuffle_channel(layer: LayerModule, x: Tensor) -> Tensor:
    """Channel i of each of the groups, then channel i + 1 of each (ShuffleNet)."""
    group = layer.message.shuffle_channel_param.group
    return x.reshape(x.shape[0], group, -1, *x.shape[2:]).transpose(1, 2).reshape(x.shape)
