"""Transpose, as CC4.0 and caffe_ocr have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of

import fillerkit as fk

Make = Callable[..., Any]


def test_transpose_orders_all_axes(made: Make) -> None:
    body = "transpose_param { dim: 3 dim: 2 dim: 0 dim: 1 }"
    assert made("Transpose", (2, 192, 1, 35), body=body).tops == [(35, 1, 2, 192)]


@pytest.mark.parametrize("dims", ["dim: 1 dim: 0", "dim: 0 dim: 1 dim: 1", ""])
def test_transpose_has_to_name_every_axis_once(dims: str, made: Make) -> None:
    with pytest.raises(fk.LayerError, match="must name every axis"):
        made("Transpose", (2, 3, 4), body=f"transpose_param {{ {dims} }}")


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        ('type: "Permute" top: "t" permute_param { order: [0, 2, 3] }', [CONV], [(2, 12, 10, 8)]),
    ],
)
def test_axes_that_order_leaves_out_follow(
    text: str, bottoms: list[tuple[int, ...]], tops: list[tuple[int, ...]]
) -> None:
    layer, _ = set_up_text(text, *bottoms)
    assert tops_of(layer) == tops
    assert blobs_of(layer) == []
