"""Resize, as happynear, appearance-flow and pose_action_caffe have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("body", "lengths"),
    [
        ("height: 7 width: 9", (7, 9)),
        ("is_pyramid_test: true out_height_scale: 0.5 out_width_scale: 2", (6, 30)),  # happynear
        # caffe-lowlevel: 0.7 is a little less than 7/10 in float32, but 13 times it are still 9.1.
        ("is_pyramid_test: true out_height_scale: 0.7 out_width_scale: 2.5", (9, 37)),
        ("height_fac: 0.5 width_fac: 0.7", (6, 10)),  # pose_action_caffe: 15 * 0.7 = 10.5
        ("scale: 2", (25, 29)),  # appearance-flow: 2 * (13 - 1) + 1
        ("scale: 2 crop: 1", (21, 25)),  # 2 * (13 - 2 - 1) + 1
        ("scale_y: 0.5 width: 4", (7, 4)),
        ("height: 0 width: 0 crop: 2", (9, 11)),  # what the crop leaves
    ],
)
def test_resize_makes_a_size_or_multiplies(made: Make, body: str, lengths: tuple[int, int]) -> None:
    body = f"resize_param {{ {body} }}"
    assert made("Resize", (2, 3, 13, 15), body=body) == ([(2, 3, *lengths)], [])


def test_resize_takes_the_size_of_another_blob(made: Make) -> None:
    assert made("Resize", (2, 3, 13, 15), (2, 5, 8, 9)).tops == [(2, 3, 8, 9)]


def test_a_size_in_four_values_is_asked_for(made: Make) -> None:
    with pytest.raises(fk.ShapeNeeded) as asked:
        made("Resize", (2, 3, 13, 15), (4, 1, 1, 1))
    assert asked.value.shapes == {"t0": (2, 3, "H", "W")}


def test_resize_needs_to_know_how_large(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="needs width, or a scale"):
        made("Resize", (2, 3, 13, 15), body="resize_param { height: 3 }")
    with pytest.raises(fk.LayerError, match="both a scale and height"):
        made("Resize", (2, 3, 13, 15), body="resize_param { height: 3 width: 3 scale: 2 }")
