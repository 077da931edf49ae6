"""Permute and Transpose: axes in another order."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Permute")
def permute(layer: LayerModule, x: Tensor) -> Tensor:
    """Its bottom's axes in another order; those that order leaves out follow (SSD)."""
    order = list(layer.message.permute_param.order)
    order += [axis for axis in range(x.ndim) if axis not in order]
    return x.permute(order).contiguous()


@runs("Transpose")
def transpose(layer: LayerModule, x: Tensor) -> Tensor:
    """Its bottom's axes in the order of dim (CC4.0, caffe_ocr)."""
    return x.permute(list(layer.message.transpose_param.dim)).contiguous()
