"""SumPooling: a Pooling that can add up its windows."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.pooling import pooled
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, height_and_width
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("SumPooling", tops=(1, 2))
def sum_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The largest, mean, sum or a drawn value of each window, at Caffe's places.

    Source: ``sum_pooling_layer.cpp`` of Hierarchical-Bilinear-Pooling.
    """
    p, message = layer.sum_pooling_param, "sum_pooling_param"
    num, channels, *lengths = axes4(bottoms[0])
    stride, pad = (height_and_width(p, name, message) for name in ("stride", "pad"))
    if any(pad) and p.pool not in (p.MAX, p.AVE):
        raise LayerError("pad is for MAX and AVE pooling only", field=f"{message}.pad")
    if len(layer.top) > 1 and p.pool != p.MAX:
        raise LayerError("a second top, the mask, is for MAX pooling only", field="top")
    kernel_said = p.kernel_size or p.kernel_h or p.kernel_w
    if p.global_pooling and (stride != (1, 1) or any(pad) or kernel_said):
        raise LayerError(
            "global_pooling goes with pad 0 and stride 1, and without a kernel", field=message
        )
    kernel = lengths if p.global_pooling else height_and_width(p, "kernel", message)
    return Plan(tops=[(num, channels, *pooled(lengths, kernel, stride, pad))] * 2)
