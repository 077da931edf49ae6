"""Data sources of the forks; like Caffe's, they take draws when they are set up."""

from __future__ import annotations

from collections.abc import Mapping

from fillerkit.errors import ShapeNeeded
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


@source("ImageSegData", tops=(2, 3))
def image_seg_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and label images of their size, that a list names (DeepLab).

    A third top holds the sizes of the images.
    """
    p = layer.image_data_param
    plan = _with_maps(layer, given, image_source(layer, given, p.batch_size, p.source))
    sizes = (plan.tops[0][0], 1, 1, 2)
    return Plan(tops=[*plan.tops, sizes], draws=plan.draws, notes=plan.notes)


@source("ImageLabelmapData", tops=2)
def image_labelmap_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and label images of their size, that a list names (HED)."""
    p = layer.image_data_param
    plan = image_source(
        layer,
        given,
        p.batch_size,
        p.source,
        channels=3 if p.is_color else 1,
        sides=(p.new_height, p.new_width),
        extra_draws=p.shuffle + (p.rand_skip > 0),
    )
    return _with_maps(layer, given, plan)


@source("DenseImageData", tops=2)
def dense_image_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and label images of their size, that a list names (SegNet, ENet)."""
    p = layer.dense_image_data_param
    plan = image_source(
        layer,
        given,
        p.batch_size,
        p.source,
        channels=3 if p.is_color else 1,
        sides=(p.crop_height or p.new_height, p.crop_width or p.new_width),
        extra_draws=p.shuffle + (p.rand_skip > 0),
    )
    return _with_maps(layer, given, plan)


def _with_maps(layer: LayerParameter, given: Mapping[str, Shape], plan: Plan) -> Plan:
    """The plan of a source of images, with a label for each pixel in place of one an image."""
    images = plan.tops[0]
    maps = given.get(layer.top[1], (images[0], 1, *images[2:]))
    return Plan(tops=[images, maps], draws=plan.draws, notes=plan.notes)


@source("DataHeatmap", tops=2)
def data_heatmap(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and a map for each joint, that a list names (caffe-heatmap).

    How many joints there are stands in the list. Source: ``data_heatmap.cpp``.
    """
    p, label = layer.heatmap_data_param, layer.top[1]
    sides = (p.outsize, p.outsize)
    plan = image_source(layer, given, p.batchsize, p.source, p.num_channels, sides, extra_draws=1)
    if label not in given:
        maps = (plan.tops[0][0], "J", p.label_height, p.label_width)
        raise ShapeNeeded(f"reads its joints from its source '{p.source}'", shapes={label: maps})
    return plan
