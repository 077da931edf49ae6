"""The data layers of MS-CNN and Cascade R-CNN: images, their boxes, and labels by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.data import image_source
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import source
from fillerkit.layers.shapes import positive
from fillerkit.schema.forks_pb2 import (
    DetectionDataParameter,
    EvalDataParameter,
    ImageGtDataParameter,
    LayerParameter,
)

Sized = DetectionDataParameter | EvalDataParameter


@source("ImageGtData", tops=(2, None))
def image_gt_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, labels for each downsample_rate, and boxes, that a list names (MS-CNN).

    Source: ``image_gt_data_layer.cpp``.
    """
    p = layer.image_gt_data_param
    sides = (p.resize_height, p.resize_width)
    if p.crop_height and p.crop_width:
        sides = (p.crop_height, p.crop_width)
    images = image_source(layer, given, p.batch_size, p.source, sides=sides, extra_draws=1)
    return _with_labels(layer, images, p, p.downsample_rate, 7)


@source("DetectionData", tops=(2, None))
def detection_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, labels for each stride, and boxes, that a list names (Cascade R-CNN).

    Source: ``detection_data_layer.cpp``.
    """
    p = layer.detection_data_param
    sides = _sides(p)
    if p.crop_height and p.crop_width:
        sides = (p.crop_height, p.crop_width)
    elif p.HasField("crop_short_size") and p.HasField("crop_long_size"):
        sides = (p.crop_long_size, p.crop_short_size)
    images = image_source(layer, given, p.batch_size, p.source, sides=sides, extra_draws=1)
    return _with_labels(layer, images, p, p.stride, 8)


@source("EvalData", tops=(2, 3))
def eval_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, boxes and sizes, that a list names (Cascade R-CNN: ``eval_data_layer.cpp``)."""
    p = layer.eval_data_param
    images = image_source(layer, given, p.batch_size, p.source, sides=_sides(p))
    num = images.tops[0][0]
    tops = [images.tops[0], (1, 8, 1, 1), (num, 2, 1, 1)]
    return Plan(tops=tops, draws=images.draws, notes=images.notes)


def _sides(p: Sized) -> tuple[int, int]:
    """Height and width: as they are said, or the longer side as the height."""
    if p.HasField("resize_height") and p.HasField("resize_width"):
        return p.resize_height, p.resize_width
    return p.long_size, p.short_size


def _with_labels(
    layer: LayerParameter,
    images: Plan,
    p: ImageGtDataParameter | DetectionDataParameter,
    rates: Sequence[int],
    box: int,
) -> Plan:
    """The plan of images with labels for each rate, and boxes of `box` numbers if asked for."""
    num, _, height, width = images.tops[0]
    tops = [images.tops[0]]
    for rate in rates:
        positive(rate, "the rate of its labels")
        tops.append((num, 2 + p.coord_num, height // rate, width // rate))
    if p.output_gt_boxes:
        tops.append((1, box, 1, 1))
    if len(layer.top) != len(tops):
        raise LayerError(
            f"makes {len(tops)} tops: images, labels for each of {len(rates)} rates"
            f"{', boxes' * p.output_gt_boxes}; not {len(layer.top)}",
            field="top",
        )
    return Plan(tops=tops, draws=images.draws, notes=images.notes)
