"""Flip, as happynear has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_a_mirrored_map_has_the_shape_of_the_map(made: Callable[..., Any]) -> None:
    assert made("Flip", (2, 3, 4, 5)).tops == [(2, 3, 4, 5)]
