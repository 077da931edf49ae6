"""Transpose, as CC4.0 and caffe_ocr have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_transpose_orders_all_axes(made: Make) -> None:
    body = "transpose_param { dim: 3 dim: 2 dim: 0 dim: 1 }"
    assert made("Transpose", (2, 192, 1, 35), body=body).tops == [(35, 1, 2, 192)]


@pytest.mark.parametrize("dims", ["dim: 1 dim: 0", "dim: 0 dim: 1 dim: 1", ""])
def test_transpose_has_to_name_every_axis_once(dims: str, made: Make) -> None:
    with pytest.raises(fk.LayerError, match="must name every axis"):
        made("Transpose", (2, 3, 4), body=f"transpose_param {{ {dims} }}")
