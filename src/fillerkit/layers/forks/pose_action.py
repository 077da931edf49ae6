"""Maps of pose_action_caffe that are as large as the largest image of a batch."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import Lengths, ShapeNeeded
from fillerkit.layers.plan import Plan, Setting, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("CoordsToBboxesMasks", bottoms=2, setting=True)
def coords_to_bboxes_masks(
    layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting
) -> Plan:
    """A mask of the box between joints (``coords_to_bboxes_masks_layer.cpp``)."""
    return _as_large_as_images(layer, bottoms, setting, 1)


@layer("LoadImageData", bottoms=1, setting=True)
def load_image_data(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Images that belong to those of a batch (``load_image_data_layer.cpp``)."""
    p = layer.load_data_image_param
    channels = 3 if p.is_color and not p.is_rgb2gray else 1
    return _as_large_as_images(layer, bottoms, setting, channels)


@layer("HeatMapsFromCoordsOrigin", bottoms=2, tops=(2, 3), setting=True)
def heat_maps_from_coords_origin(
    layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting
) -> Plan:
    """A map for each joint, which of them are there, and a size.

    Source: ``heat_maps_from_coords_origin_layer.cpp``.
    """
    num, coordinates = legacy_shape(bottoms[0])[:2]
    (maps,) = _as_large_as_images(layer, bottoms, setting, coordinates // 2).tops
    return Plan(tops=[maps, (num, coordinates // 2, 1, 1), (4, 1, 1, 1)])


def _as_large_as_images(
    layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting, channels: int
) -> Plan:
    """The first top; how large the images are stands in the values of the last bottom."""
    top = layer.top[0]
    if top in setting.shapes:
        return Plan(tops=[setting.shapes[top]])
    asked: Lengths = (legacy_shape(bottoms[0])[0], channels, "H", "W")
    raise ShapeNeeded("is as large as the largest image that it gets", shapes={top: asked})
