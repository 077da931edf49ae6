"""Layers that turn channels into places: no blobs, maps of another size."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("PixelShuffle")
def pixel_shuffle(layer: LayerModule, x: Tensor) -> Tensor:
    """Maps upscale_factor times as high and wide, from squares of channels (brocolli-caffe)."""
    return functional.pixel_shuffle(x, layer.message.pixelshuffle_param.upscale_factor)
