"""Flip: mirrored maps."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Flip")
def flip(layer: LayerModule, x: Tensor) -> Tensor:
    """Its bottom mirrored, left to right or top to bottom (happynear, CC4.0)."""
    p = layer.message.flip_param
    return x.flip([2] * p.flip_height + [3] * p.flip_width)
