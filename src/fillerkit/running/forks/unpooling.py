"""Unpooling by the mask of a pooling."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("MaxUnPool")
def max_unpool(layer: LayerModule, x: Tensor, mask: Tensor) -> Tensor:
    """Puts each value where the mask in bottom 1 says, in dst_h x dst_w (brocolli-caffe)."""
    p = layer.message.max_unpool_param
    flat = x.new_zeros(*x.shape[:2], p.dst_h * p.dst_w)
    flat = flat.scatter(2, mask.long().flatten(2), x.flatten(2))
    return flat.reshape(*x.shape[:2], p.dst_h, p.dst_w)
