"""Interp and BilinearInterpolate: bilinear resizing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Interp", bottoms=(1, 2), passes=True)
def interp(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Resizes by a factor, to a size, or to bottom 1's (DeepLab, PSPNet).

    A factor keeps corners on corners: shrinking makes (length - 1) / factor + 1, zooming
    length + (length - 1) (factor - 1). Negative pads crop first. With use_blob_size it is that of
    bottom 1, whatever else is said (R-FCN's later forks).
    """
    p = layer.interp_param
    num, channels, *lengths = axes4(bottoms[0])
    lengths = [length + p.pad_beg + p.pad_end for length in lengths]
    if p.use_blob_size and len(bottoms) == 2:
        lengths = list(axes4(bottoms[1])[2:])
    elif p.HasField("shrink_factor") or p.HasField("zoom_factor"):
        shrink = positive(p.shrink_factor, "interp_param.shrink_factor")
        zoom = positive(p.zoom_factor, "interp_param.zoom_factor")
        lengths = [(length - 1) // shrink + 1 for length in lengths]
        lengths = [length + (length - 1) * (zoom - 1) for length in lengths]
    elif p.HasField("height") and p.HasField("width"):
        lengths = [p.height, p.width]
    elif len(bottoms) == 2:
        lengths = list(axes4(bottoms[1])[2:])
    else:
        raise LayerError(
            "needs zoom_factor, shrink_factor, height and width, or a second bottom",
            field="interp_param",
        )
    for length in lengths:
        positive(length, "the length it makes")
    return Plan(tops=[(num, channels, *lengths)])


@layer("BilinearInterpolate", in_place=False, passes=True)
def bilinear_interpolate(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Resizes to dst_h x dst_w, one of which may be as it is, or by a factor (brocolli-caffe).

    Source: ``bilinear_interpolate_layer.cpp``.
    """
    message, p = "bilinear_interpolate_param", layer.bilinear_interpolate_param
    num, channels, high, wide = axes4(bottoms[0])
    said = p.HasField("dst_h") or p.HasField("dst_w")
    if said == p.HasField("scale_factor"):
        raise LayerError("needs dst_h and dst_w, or scale_factor, and not both", field=message)
    if said:
        lengths = p.dst_h if p.HasField("dst_h") else high, p.dst_w if p.HasField("dst_w") else wide
    else:
        factor = np.float32(p.scale_factor)
        lengths = int(np.float32(high) * factor), int(np.float32(wide) * factor)
    high, wide = (positive(length, "the length it makes") for length in lengths)
    return Plan(tops=[(num, channels, high, wide)])
