"""Resize, as Liusifei/caffe-lowlevel has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_the_size_is_said_or_scaled(made: Make) -> None:
    assert made("Resize", (2, 3, 40, 30), body="resize_param { height: 7 width: 9 }").tops == [
        (2, 3, 7, 9)
    ]
    body = "resize_param { is_pyramid_test: true out_height_scale: 0.7 out_width_scale: 2.5 }"
    # 0.7 is a little less than 7/10 in float32, but 10 times it rounds to 7; 15 to 10.5.
    assert made("Resize", (2, 3, 10, 15), body=body).tops == [(2, 3, 7, 37)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("height: 7", "needs height and width"),
        ("is_pyramid_test: true height: 7 width: 9", "needs out_height_scale and out_width_scale"),
        ("height: 0 width: 9", "height to be 1 or more"),
    ],
)
def test_a_size_that_is_not_said_is_refused(body: str, words: str, made: Make) -> None:
    with pytest.raises(fk.LayerError, match=words):
        made("Resize", (2, 3, 40, 30), body=f"resize_param {{ {body} }}")
