"""DetectNetTransformation, as NVIDIA's Caffe has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]
Make = Callable[..., Any]


BODY = """detectnet_groundtruth_param: {
    stride: 16 image_size_x: 1248 image_size_y: 384 gridbox_type: GRIDBOX_MIN
    object_class: { src: 1 dst: 0 } object_class: { src: 8 dst: 1 }
}"""


def test_it_makes_images_and_a_grid_of_boxes_and_classes(made: Make) -> None:
    planned = made(
        "DetectNetTransformation", (10, 3, 370, 1224), (10, 1, 16, 16), body=BODY, tops=2
    )
    assert planned.tops == [(10, 3, 384, 1248), (10, 10, 24, 78)]


def test_one_class_is_meant_where_none_is_said(made: Make) -> None:
    planned = made("DetectNetTransformation", (1, 3, 8, 8), (1, 1, 16, 16), tops=2)
    assert planned.tops == [(1, 3, 384, 1248), (1, 9, 96, 312)]


def test_it_takes_one_draw_for_an_engine_of_its_own(set_up: SetUp) -> None:
    layer = set_up("DetectNetTransformation", (1, 3, 8, 8), (1, 1, 16, 16), tops=2)
    assert layer.draws == 1


def test_it_needs_color(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="3 channels"):
        made("DetectNetTransformation", (1, 1, 8, 8), (1, 1, 16, 16), tops=2)
