"""Layers that look up pixels elsewhere: along a flow, at coordinates, as a camera sees them."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("FlowTransformer", bottoms=2)
def flow_transformer(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Moves the pixels of bottom 0 along the flow in bottom 1 (Hidden-Two-Stream).

    Source: ``flow_transformer_layer.cpp``.
    """
    image, flow = map(axes4, bottoms)
    if image[2:] != flow[2:]:
        raise LayerError(f"its flow must be as large as bottom 0, {shown(image)}: {shown(flow)}")
    return Plan(tops=[image])


@layer("GeoTransform", bottoms=3)
def geo_transform(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Points in space, of a depth, a motion and a camera (Depth-VO-Feat).

    Source: ``geometry_transformation.cpp``.
    """
    num, _, height, width = axes4(bottoms[0])
    return Plan(tops=[(num, 3, height, width)])


@layer("InverseWarping", bottoms=2)
def inverse_warping(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Bottom 0, looked up at coordinates (Depth-VO-Feat: ``inverse_warping_layer.cpp``)."""
    return Plan(tops=[axes4(bottoms[0])])


@layer("PinHole", bottoms=2, tops=2)
def pin_hole(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Where a camera sees points, as flow and as coordinates (Depth-VO-Feat).

    Source: ``pin_hole_layer.cpp``.
    """
    num, _, height, width = axes4(bottoms[0])
    return Plan(tops=[(num, 2, height, width)] * 2)


@layer("Remap", bottoms=2)
def remap(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Bottom 0, looked up at the coordinates in bottom 1 (appearance-flow: ``remap_layer.cpp``)."""
    (num, channels, _, _), where = map(axes4, bottoms)
    if where[:2] != (num, 2):
        raise LayerError(f"bottom 1 must be {num} x 2 x height x width, not {shown(where)}")
    return Plan(tops=[(num, channels, *where[2:])])


@layer("Transformation", bottoms=(1, None), tops=(1, None), same=True)
def transformation(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Images cropped, mirrored, turned and scaled, all alike (appearance-flow).

    Source: ``transformation_layer.cpp``.
    """
    if any(len(shape) < 3 or shape[2:] != bottoms[0][2:] for shape in bottoms):
        raise LayerError(f"needs images of one size, not {', '.join(map(shown, bottoms))}")
    crop = layer.transform_param.crop_size
    return Plan(tops=[(*shape[:-2], crop, crop) if crop else shape for shape in bottoms])
