"""Upsample: unpooling by a mask, or enlarging by a factor."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.forks.upsample import upsample as plan_upsample
from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.registry import runs


@runs("Upsample")
def upsample(layer: LayerModule, x: Tensor, *mask: Tensor) -> Tensor:
    """Puts values back where a pooling's mask says (SegNet), or repeats them (YOLO)."""
    if x.ndim == 3:
        return x.repeat_interleave(layer.message.upsample_param.scale, 2)
    high, wide = plan_upsample(layer.message, [shape_of(x)]).tops[0][2:]
    if mask:
        flat = x.new_zeros(*x.shape[:2], high * wide)
        flat = flat.scatter(2, mask[0].long().flatten(2), x.flatten(2))
        return flat.reshape(*x.shape[:2], high, wide)
    by = high // x.shape[2], wide // x.shape[3]
    return x.repeat_interleave(by[0], 2).repeat_interleave(by[1], 3)
