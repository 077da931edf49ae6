"""Interp and BilinearInterpolate: bilinear resizing."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from fillerkit.layers.forks.interp import bilinear_interpolate as plan_bilinear
from fillerkit.layers.forks.interp import interp as plan_interp
from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.registry import runs


@runs("Interp", without=("interp_param.is_seglabel",))
def interp(layer: LayerModule, *bottoms: Tensor) -> Tensor:
    """Resizes with corners on corners (DeepLab, PSPNet); negative pads crop first."""
    p = layer.message.interp_param
    shapes = [shape_of(bottom) for bottom in bottoms]
    sides = plan_interp(layer.message, shapes).tops[0][2:]
    x = bottoms[0]
    if p.pad_beg or p.pad_end:
        x = functional.pad(x, [p.pad_beg, p.pad_end] * 2)
    return functional.interpolate(x, sides, mode="bilinear", align_corners=True)


@runs("BilinearInterpolate")
def bilinear_interpolate(layer: LayerModule, x: Tensor) -> Tensor:
    """Resizes to dst_h x dst_w or by a factor, corners on corners unless not (brocolli-caffe)."""
    sides = plan_bilinear(layer.message, [shape_of(x)]).tops[0][2:]
    on_corners = layer.message.bilinear_interpolate_param.align_corners
    return functional.interpolate(x, sides, mode="bilinear", align_corners=on_corners)
