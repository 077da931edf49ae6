"""The ends of detection nets: shapes as the forks named have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]
LOCATIONS, CONFIDENCES, PRIORS, TRUTH = (2, 34928), (2, 183372), (1, 2, 34928), (1, 1, 9, 8)


def test_ssd_finds_boxes_of_seven_numbers(made: Make) -> None:
    body = "detection_output_param { num_classes: 21 }"
    found = made("DetectionOutput", LOCATIONS, CONFIDENCES, PRIORS, body=body)
    assert found.tops == [(1, 1, 1, 7)]


@pytest.mark.parametrize("kind", ["YoloDetectionOutput", "Yolov3DetectionOutput"])
def test_mobilenet_yolo_finds_boxes_of_seven_numbers(made: Make, kind: str) -> None:
    assert made(kind, (1, 125, 13, 13)).tops == [(1, 1, 1, 7)]


@pytest.mark.parametrize(("background", "rows"), [(0, 20), (2**32 - 1, 21)])
def test_ssd_evaluates_a_row_a_class_and_a_row_a_detection(
    made: Make, background: int, rows: int
) -> None:
    body = f"detection_evaluate_param {{ num_classes: 21 background_label_id: {background} }}"
    assert made("DetectionEvaluate", (1, 1, 50, 7), TRUTH, body=body).tops == [(1, 1, rows + 50, 5)]


def test_ssds_loss_is_a_single_value(made: Make) -> None:
    body = "multibox_loss_param { num_classes: 21 }"
    found = made("MultiBoxLoss", LOCATIONS, CONFIDENCES, PRIORS, TRUTH, body=body)
    assert found.tops == [()]


def test_mobilenet_yolos_losses_are_single_values(made: Make) -> None:
    assert made("RegionLoss", (2, 125, 13, 13), (2, 1, 9, 8)).tops == [()]
    assert made("Yolov3", (2, 75, 13, 13), (2, 1, 9, 8)).tops == [()]


def test_mobilenet_yolo_excites_and_evaluates_segmentations(made: Make) -> None:
    maps = (2, 16, 13, 13)
    assert made("AssistedExcitation", maps, (2, 1, 9, 8), (1,)).tops == [maps]
    assert made("SegmentationEvaluate", maps, maps).tops == [(1, 1, 1, 1)]


def test_mask_rcnn_aligns_regions_as_fast_rcnn_pools_them(made: Make) -> None:
    regions, maps = (300, 5), (1, 256, 38, 50)
    body = "pooled_w: 7 pooled_h: 6 spatial_scale: 0.0625 }"
    assert made("ROIAlign", maps, regions, body=f"roi_align_param {{ {body}").tops == [
        (300, 256, 6, 7)
    ]


def test_deeplabs_accuracy_and_data_and_tsns_gather(made: Make) -> None:
    maps = (2, 21, 33, 33)
    assert made("SegAccuracy", maps, (2, 1, 33, 33)).tops == [(1, 1, 1, 3)]
    body = (
        'image_data_param { source: "x" batch_size: 4 } '
        "transform_param { crop_size: 33 mean_value: [1, 2, 3] }"
    )
    assert made("ImageSegData", body=body, tops=2).tops == [(4, 3, 33, 33), (4, 1, 33, 33)]
    assert made("Gather", maps, maps, tops=2).tops == [maps, maps]


def test_caffe_yolov2_finds_boxes_in_one_bottom_of_one_image(made: Make) -> None:
    body = "detection_output_param { num_classes: 20 coords: 4 num_box: 5 side: 13 }"
    assert made("DetectionOutput", (1, 125, 13, 13), body=body).tops == [(1, 1, 1, 7)]
    with pytest.raises(fk.LayerError, match="takes one image at a time, not 2"):
        made("DetectionOutput", (2, 125, 13, 13), body=body)
    with pytest.raises(fk.LayerError, match="takes 3 bottoms or more, not 1"):
        made("DetectionOutput", (1, 125, 13, 13), body="detection_output_param { }")


@pytest.mark.parametrize(("polygon", "numbers"), [("true", 15), ("false", 12)])
def test_textboxes_finds_corners(polygon: str, numbers: int, made: Make) -> None:
    body = f"detection_output_param {{ num_classes: 2 use_polygon: {polygon} }}"
    bottoms = [(1, 48), (1, 8), (1, 2, 16)]
    assert made("DetectionOutput", *bottoms, body=body).tops == [(1, 1, 1, numbers)]


@pytest.mark.parametrize(("denser", "boxes"), [("false", 3), ("true", 6)])
def test_textboxes_starts_from_twice_as_many_boxes(denser: str, boxes: int, made: Make) -> None:
    body = f"""prior_box_param {{ min_size: 30 max_size: 60 aspect_ratio: 2 flip: false
        denser_prior_boxes: {denser} }}"""
    layer = made("PriorBox", (2, 8, 12, 10), (2, 3, 300, 300), body=body)
    assert layer.tops == [(1, 2, 4 * boxes * 12 * 10)]
