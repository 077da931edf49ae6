"""The ends of detection nets: boxes found, and how good they are."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape, positive
from fillerkit.schema.forks_pb2 import LayerParameter

_NO_BACKGROUND = 2**32 - 1  # SSD means -1, in a field that has no sign
_BOXES: Shape = (1, 1, 1, 7)  # one box until the forward pass finds how many there are


@layer("DetectionOutput", bottoms=(3, None), reads_out=True)
def detection_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes found, 7 numbers each (SSD)."""
    return Plan(tops=[_BOXES])


@layer("YoloDetectionOutput", bottoms=(1, None), reads_out=True)
def yolo_detection_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes found, 7 numbers each (MobileNet-YOLO)."""
    return Plan(tops=[_BOXES])


@layer("Yolov3DetectionOutput", bottoms=(1, None), reads_out=True)
def yolov3_detection_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes found, 7 numbers each (MobileNet-YOLO)."""
    return Plan(tops=[_BOXES])


@layer("DetectionEvaluate", bottoms=2, reads_out=True)
def detection_evaluate(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """True and false positives: a row a class, then a row a detection (SSD)."""
    p = layer.detection_evaluate_param
    classes = positive(p.num_classes, "detection_evaluate_param.num_classes")
    if p.background_label_id != _NO_BACKGROUND:
        classes -= 1
    return Plan(tops=[(1, 1, classes + legacy_shape(bottoms[0])[2], 5)])


@layer("MultiBoxLoss", bottoms=(4, None), loss=True)
def multibox_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The loss of boxes and classes against the truth (SSD)."""
    return Plan(tops=[()])
