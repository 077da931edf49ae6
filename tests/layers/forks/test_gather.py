"""Gather, as TSN has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_every_bottom_has_a_top_of_its_shape(made: Callable[..., Any]) -> None:
    assert made("Gather", (2, 3), (4,), tops=2).tops == [(2, 3), (4,)]
