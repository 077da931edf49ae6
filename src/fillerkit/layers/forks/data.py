"""Data sources of the forks; like Caffe's, they take draws when they are set up."""

from __future__ import annotations

from collections.abc import Mapping

from fillerkit.layers.data import image_source
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import source
from fillerkit.schema.forks_pb2 import LayerParameter


@source("AnnotatedData", tops=(1, 2))
def annotated_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and their boxes, from an LMDB (SSD).

    The labels, 8 numbers a box, have the room of one box until the forward pass.
    """
    p = layer.data_param
    return image_source(layer, given, p.batch_size, p.source, labels=(1, 1, 1, 8))


@source("VideoData", tops=(1, 2))
def video_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Frames of videos, and labels, that a list names (TSN)."""
    p = layer.video_data_param
    return image_source(layer, given, p.batch_size, p.source)


@source("ImageSegData", tops=(2, 3))
def image_seg_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and label images of their size, that a list names (DeepLab).

    A third top holds the sizes of the images.
    """
    p = layer.image_data_param
    plan = image_source(layer, given, p.batch_size, p.source)
    num, _, height, width = plan.tops[0]
    tops = [plan.tops[0], given.get(layer.top[1], (num, 1, height, width)), (num, 1, 1, 2)]
    return Plan(tops=tops, draws=plan.draws, notes=plan.notes)
