"""Layers of OpenPose."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("ImResize")
def im_resize(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Resizes by a factor or to a size, the mean of all items (OpenPose)."""
    p, message = layer.imresize_param, "imresize_param"
    _, channels, height, width = axes4(bottoms[0])
    if p.factor > 0:
        size = (int(height * p.factor), int(width * p.factor))
    else:
        size = (p.target_spatial_height, p.target_spatial_width)
    return Plan(tops=[(1, channels, *(positive(length, message) for length in size))])


@layer("Nms")
def nms(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The peaks of each part's map: how many, then x, y and score of each (OpenPose).

    Of max_peaks for num_parts; in caffe_rtpose's first, of num_peak for one.
    """
    p = layer.nms_param
    num = axes4(bottoms[0])[0]
    if p.HasField("num_peak"):
        return Plan(tops=[(num, 1, p.num_peak + 1, 3)])
    parts = positive(p.num_parts, "nms_param.num_parts")
    return Plan(tops=[(num, parts, p.max_peaks + 1, 3)])
