"""Upsample: unpooling by a mask, or enlarging by a factor."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, equal_shapes, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Upsample", bottoms=(1, 2))
def upsample(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Puts values back where a pooling's mask says (SegNet), or repeats them (YOLO).

    With dims_num 3 only the last of three axes is repeated (brocolli-caffe).

    With a mask as bottom 1, which says where each value of bottom 0 goes, the top may be given a
    size, or be one short of the factor's.
    """
    p = layer.upsample_param
    if p.dims_num == 3 and len(bottoms[0]) == 3:
        return Plan(tops=[(*bottoms[0][:2], bottoms[0][2] * positive(p.scale, "scale"))])
    num, channels, height, width = axes4(bottoms[0])
    equal_shapes(bottoms)
    by_height = p.scale_h if p.HasField("scale_h") else p.scale
    by_width = p.scale_w if p.HasField("scale_w") else p.scale
    high, wide = height * by_height - p.pad_out_h, width * by_width - p.pad_out_w
    if p.HasField("upsample_h"):
        high = p.upsample_h
    if p.HasField("upsample_w"):
        wide = p.upsample_w
    return Plan(tops=[(num, channels, positive(high, "height"), positive(wide, "width"))])
