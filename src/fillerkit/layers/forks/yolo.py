"""Layers of the YOLO forks."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, legacy_shape, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Region", tops=(1, 2), in_place=False)
def region(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """What YOLOv2's boxes hold, or their corners and class scores (ports of Darknet).

    With one top its numbers become probabilities in place of raw values. With two they are the
    boxes and the scores of one image, with one score for the box as a whole after the classes'.
    """
    if len(layer.top) == 1:
        return Plan(tops=[bottoms[0]])
    p = layer.region_loss_param
    places = (p.num, p.side, p.side)
    expected = count(places) * (p.coords + p.num_class + 1)
    if len(bottoms[0]) < 2 or count(bottoms[0][1:]) != expected:
        raise LayerError(
            f"side, num, coords and num_class need {expected} numbers an item, "
            f"not {shown(bottoms[0])}",
            field="region_loss_param",
        )
    return Plan(tops=[(*places, p.coords), (*places, p.num_class + 1)])


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


@layer("SegmentationEvaluate", bottoms=2, reads_out=True)
def segmentation_evaluate(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How much of a segmentation is right (MobileNet-YOLO)."""
    return Plan(tops=[(1, 1, 1, 1)])


@layer("YoloSeg", bottoms=(2, 3), loss=True)
def yolo_seg(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The loss of a segmentation (MobileNet-YOLO)."""
    return Plan(tops=[()])


@layer("DetectionLoss", bottoms=2, loss=True)
def detection_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The loss of YOLO's first version (caffe-yolo), or those of classes and boxes (MS-CNN).

    MS-CNN's says cls_num: ``detection_loss_layer.cpp``.
    """
    p = layer.detection_loss_param
    if p.HasField("cls_num"):
        _, channels, _, _ = legacy_shape(bottoms[0])
        if channels != p.cls_num + p.coord_num:
            raise LayerError(
                f"cls_num {p.cls_num} and coord_num {p.coord_num} need "
                f"{p.cls_num + p.coord_num} channels, not {shown(bottoms[0])}",
                field="detection_loss_param",
            )
        return Plan(tops=[(1, 1, 1, 2)])
    places = p.side**2
    _check_count(bottoms[0], {places * (p.num_class + 5 * p.num_object)}, "detection_loss_param")
    _check_count(bottoms[1], {places * 7}, "detection_loss_param")
    return Plan(tops=[()])


@layer("EvalDetection", bottoms=(2, 3), reads_out=True)
def eval_detection(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How many truths a class has, and how each box fared: 4 numbers (caffe-yolo, intel).

    Bottoms: boxes and labels, and in intel's the images. A place has its classes once (YOLO), or
    once for each of its boxes (YOLOv2).
    """
    p = layer.eval_detection_param
    places, boxes = p.side**2, p.num_object
    counts = {places * (p.num_class + 5 * boxes), places * boxes * (p.num_class + 5)}
    _check_count(bottoms[0], counts, "eval_detection_param")
    return Plan(tops=[(bottoms[0][0], p.num_class + places * boxes * 4)])


def _check_count(shape: Shape, counts: set[int], message: str) -> None:
    """An item of the bottom has to have as many numbers as side, num_class, num_object say."""
    if len(shape) < 2 or count(shape[1:]) not in counts:
        wanted = " or ".join(map(str, sorted(counts)))
        raise LayerError(
            f"side, num_class and num_object need {wanted} numbers an item, not {shown(shape)}",
            field=message,
        )
