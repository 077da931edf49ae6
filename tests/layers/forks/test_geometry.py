"""Layers that look up pixels elsewhere, against the rules of their sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_a_flow_moves_an_image_of_its_size(made: Make) -> None:
    assert made("FlowTransformer", (2, 3, 8, 9), (2, 2, 8, 9)).tops == [(2, 3, 8, 9)]
    with pytest.raises(fk.LayerError, match="as large as bottom 0"):
        made("FlowTransformer", (2, 3, 8, 9), (2, 2, 9, 8))


def test_a_camera_sees_points_of_a_depth(made: Make) -> None:
    depth, motion, camera = (2, 1, 8, 9), (2, 1, 4, 4), (2, 1, 4, 4)
    assert made("GeoTransform", depth, motion, camera).tops == [(2, 3, 8, 9)]
    assert made("PinHole", (2, 3, 8, 9), camera, tops=2).tops == [(2, 2, 8, 9)] * 2
    assert made("InverseWarping", (2, 3, 8, 9), (2, 2, 8, 9)).tops == [(2, 3, 8, 9)]


def test_remap_is_as_large_as_its_coordinates(made: Make) -> None:
    assert made("Remap", (2, 3, 8, 9), (2, 2, 4, 5)).tops == [(2, 3, 4, 5)]
    with pytest.raises(fk.LayerError, match="2 x 2 x height x width"):
        made("Remap", (2, 3, 8, 9), (2, 3, 4, 5))


def test_images_are_transformed_alike(made: Make) -> None:
    images = [(2, 3, 8, 9), (2, 1, 8, 9)]
    body = "transform_param { crop_size: 6 rotate: true }"
    made_of = made("Transformation", *images, body=body, tops=2)
    assert made_of.tops == [(2, 3, 6, 6), (2, 1, 6, 6)]
    assert made("Transformation", *images, tops=2).tops == images
    with pytest.raises(fk.LayerError, match="images of one size"):
        made("Transformation", (2, 3, 8, 9), (2, 3, 9, 9), tops=2)
