"""SumPooling, as Hierarchical-Bilinear-Pooling has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("body", "sides"),
    [
        ("pool: SUM kernel_h: 12 kernel_w: 10", (1, 1)),
        ("pool: SUM global_pooling: true", (1, 1)),
        ("kernel_size: 3 stride: 2", (6, 5)),
        ("pool: AVE kernel_size: 3 stride: 2 pad: 1", (7, 6)),
    ],
)
def test_its_windows_are_where_caffes_are(body: str, sides: tuple[int, int], made: Make) -> None:
    assert made("SumPooling", (2, 8, 12, 10), body=f"sum_pooling_param {{ {body} }}") == (
        [(2, 8, *sides)],
        [],
    )


@pytest.mark.parametrize(
    ("body", "tops", "words"),
    [
        ("pool: SUM kernel_size: 3 pad: 1", 1, "pad is for MAX and AVE"),
        ("pool: SUM kernel_size: 3", 2, "the mask, is for MAX"),
        ("global_pooling: true kernel_size: 3", 1, "without a kernel"),
        ("pool: SUM", 1, "kernel_size to be 1 or more"),
    ],
)
def test_what_caffe_refuses_is_refused(body: str, tops: int, words: str, made: Make) -> None:
    with pytest.raises(fk.LayerError, match=words):
        made("SumPooling", (2, 8, 12, 10), body=f"sum_pooling_param {{ {body} }}", tops=tops)
