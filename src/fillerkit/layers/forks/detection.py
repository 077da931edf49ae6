"""The ends of detection nets: boxes found, and how good they are."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape, positive
from fillerkit.schema.forks_pb2 import LayerParameter

_NO_BACKGROUND = 2**32 - 1  # SSD means -1, in a field that has no sign
_BOXES: Shape = (1, 1, 1, 7)  # one box until the forward pass finds how many there are


_OF_YOLO = ("side", "num_box", "coords", "nms_threshold", "label_map_file")


@layer("DetectionOutput", bottoms=(1, None), reads_out=True)
def detection_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes found, 7 numbers each (SSD, caffe-yolov2); in TextBoxes++ with their corners.

    SSD's has 3 bottoms or more. caffe-yolov2's has 1 to 4, of one image, and other fields.
    use_polygon, of TextBoxes++ alone, adds 8 numbers a box, or as false 5. Source:
    ``detection_output_layer.cpp`` of each.
    """
    p = layer.detection_output_param
    yolo = p.biases or any(p.HasField(name) for name in _OF_YOLO)
    if len(bottoms) < 3 and not yolo:
        raise LayerError(f"takes 3 bottoms or more, not {len(bottoms)}", field="bottom")
    if yolo and legacy_shape(bottoms[0])[0] != 1:
        raise LayerError(f"takes one image at a time, not {legacy_shape(bottoms[0])[0]}")
    if p.HasField("use_polygon"):
        return Plan(tops=[(1, 1, 1, 15 if p.use_polygon else 12)])
    return Plan(tops=[_BOXES])


@layer("FrcnnOutput", bottoms=4, reads_out=True)
def frcnn_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes found, 7 numbers each (Cascade R-CNN: ``frcnn_output_layer.cpp``)."""
    return Plan(tops=[_BOXES])


@layer("YoloDetectionOutput", bottoms=(1, None), reads_out=True)
def yolo_detection_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes found, 7 numbers each (MobileNet-YOLO)."""
    return Plan(tops=[_BOXES])


@layer("Yolov3DetectionOutput", bottoms=(1, None), reads_out=True)
def yolov3_detection_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes found, 7 numbers each (MobileNet-YOLO)."""
    return Plan(tops=[_BOXES])


@layer("DetectionEvaluate", bottoms=(2, 3), reads_out=True)
def detection_evaluate(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """True and false positives: a row a class, then a row a detection (SSD).

    Cascade R-CNN's has the sizes of the images as a third bottom.
    """
    p = layer.detection_evaluate_param
    classes = positive(p.num_classes, "detection_evaluate_param.num_classes")
    if p.background_label_id != _NO_BACKGROUND:
        classes -= 1
    return Plan(tops=[(1, 1, classes + legacy_shape(bottoms[0])[2], 5)])


@layer("MultiBoxLoss", bottoms=(4, None), loss=True)
def multibox_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The loss of boxes and classes against the truth (SSD)."""
    return Plan(tops=[()])
