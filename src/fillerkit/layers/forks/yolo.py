"""Layers of the YOLO forks."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Reorg")
def reorg(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Moves squares of pixels into channels, or back (YOLOv2)."""
    num, channels, height, width = axes4(bottoms[0])
    stride = positive(layer.reorg_param.stride, "reorg_param.stride")
    if layer.reorg_param.reverse:
        return Plan(tops=[(num, channels // stride**2, height * stride, width * stride)])
    return Plan(tops=[(num, channels * stride**2, height // stride, width // stride)])


@layer("RegionLoss", bottoms=2, loss=True)
def region_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The loss of YOLOv2 (MobileNet-YOLO)."""
    return Plan(tops=[()])


@layer("Yolov3", bottoms=2, loss=True)
def yolov3(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The loss of YOLOv3 (MobileNet-YOLO)."""
    return Plan(tops=[()])


@layer("AssistedExcitation", bottoms=3)
def assisted_excitation(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Excites places where the truth has boxes (MobileNet-YOLO)."""
    return Plan(tops=[bottoms[0]])


@layer("SegmentationEvaluate", bottoms=2)
def segmentation_evaluate(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How much of a segmentation is right (MobileNet-YOLO)."""
    return Plan(tops=[(1, 1, 1, 1)])
