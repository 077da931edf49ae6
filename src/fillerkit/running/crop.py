"""Crop: one blob cut to the size of another."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Crop")
def crop(layer: LayerModule, x: Tensor, wanted: Tensor) -> Tensor:
    """Cuts bottom 0 to bottom 1's lengths from axis on, each axis from its offset on."""
    p = layer.message.crop_param
    start = p.axis % x.ndim
    offsets = list(p.offset) or [0]
    if len(offsets) == 1:
        offsets *= x.ndim - start
    for axis, offset in enumerate(offsets, start):
        x = x.narrow(axis, offset, wanted.shape[axis])
    return x
