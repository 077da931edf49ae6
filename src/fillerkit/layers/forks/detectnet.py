"""DetectNet: what it learns of boxes, as a grid."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter

_PARTS = 8  # foreground, the box's four sides, its two lengths, a weight


@layer("DetectNetTransformation", bottoms=2, tops=2)
def detectnet_transformation(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Images changed at random, and their boxes as a grid (NVIDIA's Caffe).

    The grid has a place for each stride of the image, and a channel for each class besides those
    of the box. When it is created the layer takes a draw, to seed an engine of its own.
    """
    p, message = layer.detectnet_groundtruth_param, "detectnet_groundtruth_param"
    (num, channels, *_), labels = (legacy_shape(shape) for shape in bottoms)
    if channels != 3 or labels[0] != num:
        raise LayerError(
            "needs images of 3 channels, and boxes for each: "
            f"bottom 0 is {shown(bottoms[0])}, bottom 1 is {shown(bottoms[1])}"
        )
    height = positive(p.image_size_y, f"{message}.image_size_y")
    width = positive(p.image_size_x, f"{message}.image_size_x")
    stride = positive(p.stride, f"{message}.stride")
    classes = 1 + max((mapping.dst for mapping in p.object_class), default=0)
    grid = (num, _PARTS + classes, round(height / stride), round(width / stride))
    return Plan(tops=[(num, channels, height, width), grid], draws=1)
