"""SpatialTransformer, as daerduoCarey has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_its_size_is_said_or_its_bottom_s(made: Make) -> None:
    bottoms = [(2, 3, 40, 30), (2, 6)]
    assert made("SpatialTransformer", *bottoms).tops == [(2, 3, 40, 30)]
    body = "st_param { output_H: 20 output_W: 16 }"
    assert made("SpatialTransformer", *bottoms, body=body).tops == [(2, 3, 20, 16)]


def test_it_needs_a_transform_for_each_image(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="a transform for each image"):
        made("SpatialTransformer", (2, 3, 40, 30), (1, 6))
