"""Pooling of regions of interest: ROIPooling, ROIAlign, PSROIPooling and their like."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes5, legacy_shape, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("ROIPooling", bottoms=2, regions=1, fixed_batch=True)
def roi_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The largest values of each region's bins (Fast R-CNN).

    With R-C3D's pooled_l, bins have a length too, and the top five axes. Source:
    ``roi_pooling_layer.cpp``.
    """
    p = layer.roi_pooling_param
    if p.pooled_l:
        volume, message = axes5(bottoms[0]), "roi_pooling_param"
        sides = (
            positive(p.pooled_h, f"{message}.pooled_h"),
            positive(p.pooled_w, f"{message}.pooled_w"),
        )
        return Plan(tops=[(bottoms[1][0], volume[1], p.pooled_l, *sides)])
    sides = (p.pooled_h, p.pooled_w)
    if p.pooled_size:
        sides = (p.pooled_size[0], p.pooled_size[-1])
    return Plan(tops=[_top(bottoms, sides, "roi_pooling_param")])


@layer("ROIAlign", bottoms=2, regions=1, fixed_batch=True)
def roi_align(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Interpolated values of each region's bins (Mask R-CNN), or of their corners.

    MS-CNN and Cascade R-CNN take pooled_h and pooled_w from ``roi_pooling_param`` and make the
    corners of so many bins, one more along each axis; a Pooling of 2 x 2 follows. Source:
    ``roi_align_layer.cpp``.
    """
    if layer.HasField("roi_pooling_param") and not layer.HasField("roi_align_param"):
        num, channels, height, width = roi_pooling(layer, bottoms).tops[0]
        return Plan(tops=[(num, channels, height + 1, width + 1)])
    return _regions(layer, bottoms, "roi_align_param")


@layer("PSROIPooling", bottoms=2, regions=1, fixed_batch=True)
def psroi_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Each bin of a region from channels of its own (R-FCN)."""
    return _bins(layer, bottoms, "psroi_pooling_param")


@layer("DeformablePSROIPooling", bottoms=(2, 3), regions=1, fixed_batch=True)
def deformable_psroi_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """PSROIPooling whose bins are shifted by what bottom 2 says (py-RFCN-priv)."""
    return _bins(layer, bottoms, "deformable_psroi_pooling_param")


@layer("ROIWarping", bottoms=2, regions=1, fixed_batch=True)
def roi_warping(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Interpolated values of each region, differentiable in the region too (MNC)."""
    return _regions(layer, bottoms, "roi_warping_param")


@layer("ROIMaskPooling", bottoms=2, regions=1, fixed_batch=True)
def roi_mask_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """ROIPooling of a scaled or halved region, its middle left out (py-RFCN-priv)."""
    return _regions(layer, bottoms, "roi_mask_pooling_param")


@layer("RotateROIPooling", bottoms=3, fixed_batch=True)
def rotate_roi_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """ROIPooling of regions that are turned (RRPN: ``rotate_roi_pooling_layer.cpp``)."""
    return _regions(layer, bottoms, "rotate_pooling_param")


@layer("RotateROIAlign", bottoms=3, fixed_batch=True)
def rotate_roi_align(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """ROIAlign of regions that are turned (RRPN: ``rotate_roi_align_layer.cpp``)."""
    return _regions(layer, bottoms, "rotate_align_param")


@layer("MaskResize", passes=True, fixed_batch=True)
def mask_resize(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Masks of output_height x output_width (MNC: ``mask_resize_layer.cpp``)."""
    p = layer.mask_resize_param
    height = positive(p.output_height, "mask_resize_param.output_height")
    width = positive(p.output_width, "mask_resize_param.output_width")
    return Plan(tops=[(*legacy_shape(bottoms[0])[:2], height, width)])


@layer("MaskPooling", bottoms=2, fixed_batch=True)
def mask_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The values of regions where their masks, bottom 1, are (MNC: ``mask_pooling_layer.cpp``)."""
    return Plan(tops=[bottoms[0]])


def _bins(layer: LayerParameter, bottoms: Sequence[Shape], message: str) -> Plan:
    """Regions of group_size x group_size bins, each from channels of its own."""
    p = getattr(layer, message)
    outputs, size = p.output_dim, p.group_size
    channels = legacy_shape(bottoms[0])[1]
    if channels != outputs * size * size:
        raise LayerError(
            f"output_dim {outputs} and group_size {size} need "
            f"{outputs * size * size} channels, not {channels}",
            field=message,
        )
    return Plan(tops=[(legacy_shape(bottoms[1])[0], outputs, size, size)])


def _regions(layer: LayerParameter, bottoms: Sequence[Shape], message: str) -> Plan:
    """Regions of pooled_h x pooled_w bins."""
    p = getattr(layer, message)
    return Plan(tops=[_top(bottoms, (p.pooled_h, p.pooled_w), message)])


def _top(bottoms: Sequence[Shape], sides: tuple[int, int], message: str) -> Shape:
    height = positive(sides[0], f"{message}.pooled_h")
    width = positive(sides[1], f"{message}.pooled_w")
    regions, channels = legacy_shape(bottoms[1])[0], legacy_shape(bottoms[0])[1]
    return regions, channels, height, width
