"""Losses and measures of the YOLO forks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_caffe_yolo_evaluates_a_place_s_classes_once(made: Make) -> None:
    body = "eval_detection_param { side: 7 num_class: 20 num_object: 2 }"
    assert made("EvalDetection", (3, 1470), (3, 343), body=body).tops == [(3, 20 + 7 * 7 * 2 * 4)]


def test_intel_evaluates_the_classes_of_every_box(made: Make) -> None:
    body = """eval_detection_param { side: 17 num_class: 20 num_object: 5 threshold: 0.5
        score_type: MULTIPLY nms: 0.45 biases: 1.32 biases: 1.73 }"""
    bottoms = [(8, 125, 17, 17), (8, 1, 1, 8), (8, 3, 544, 544)]
    assert made("EvalDetection", *bottoms, body=body).tops == [(8, 5800)]


def test_what_side_and_classes_do_not_make_is_refused(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="need 1470 or 2450 numbers an item, not 3x1471"):
        made("EvalDetection", (3, 1471), (3, 343))
    with pytest.raises(fk.LayerError, match="need 343 numbers an item, not 3x344"):
        made("DetectionLoss", (3, 1470), (3, 344))


def test_caffe_yolo_and_mobilenet_yolo_have_losses_of_one_number(made: Make) -> None:
    assert made("DetectionLoss", (3, 1470), (3, 343)).tops == [()]
    assert made("YoloSeg", (2, 1, 8, 8), (2, 1, 8, 8)).tops == [()]


def test_ports_of_darknet_have_a_region_of_one_top_or_two(made: Make) -> None:
    assert made("Region", (2, 425, 13, 13)).tops == [(2, 425, 13, 13)]
    body = "region_loss_param { side: 13 num_class: 20 coords: 4 num: 5 }"
    assert made("Region", (1, 125, 13, 13), body=body, tops=2).tops == [
        (5, 13, 13, 4),
        (5, 13, 13, 21),
    ]
    with pytest.raises(fk.LayerError, match="need 21125 numbers an item, not 1x100x13x13"):
        made("Region", (1, 100, 13, 13), body=body, tops=2)
