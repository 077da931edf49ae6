"""Images made to another size, against OpenCV."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fillerkit.sources.resize import resize


def test_a_pixel_between_two_is_their_mean() -> None:
    image = np.array([[[0, 100]]], np.uint8)
    assert resize(image, 1, 4).tolist() == [[[0, 25, 75, 100]]]


def test_half_the_size_is_the_mean_of_four() -> None:
    image = np.array([[[1, 2, 9, 9], [3, 4, 9, 9]]], np.uint8)
    assert resize(image, 1, 2).tolist() == [[[3, 9]]]


def test_every_size_is_opencvs() -> None:
    cv2: Any = pytest.importorskip("cv2")
    rng = np.random.default_rng(1)
    for _ in range(100):
        high, wide, height, width = map(int, rng.integers(1, 50, 4))
        image = rng.integers(0, 256, (high, wide, 3), np.uint8)
        theirs = cv2.resize(image, (width, height)).transpose(2, 0, 1)
        assert np.array_equal(resize(image.transpose(2, 0, 1), height, width), theirs)
