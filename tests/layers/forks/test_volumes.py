"""Crop3d and Stretch of 3dConvNet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_a_volume_is_cropped_to_another(made: Make) -> None:
    assert made("Crop3d", (2, 3, 9, 20, 21), (2, 1, 8, 16, 18)).tops == [(2, 3, 8, 16, 18)]
    with pytest.raises(fk.LayerError, match="does not fit into bottom 0"):
        made("Crop3d", (2, 3, 9, 20, 21), (2, 1, 8, 16, 22))


def test_each_place_becomes_an_item(made: Make) -> None:
    assert made("Stretch", (2, 3, 4, 5, 6)).tops == [(240, 3, 1, 1, 1)]
