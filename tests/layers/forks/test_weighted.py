"""Weighted and FCWeighted, as cross_hashing_code has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_a_weight_for_each_place_or_each_unit_keeps_the_shape(made: Make) -> None:
    assert made("Weighted", (2, 8, 3, 4), (2, 12)) == ([(2, 8, 3, 4)], [])
    assert made("FCWeighted", (2, 8), (2, 2, 4)) == ([(2, 8)], [])


@pytest.mark.parametrize(
    ("kind", "bottoms"),
    [("Weighted", [(2, 8, 3, 4), (2, 8)]), ("FCWeighted", [(2, 8), (2, 4)])],
)
def test_another_number_of_weights_is_refused(
    kind: str, bottoms: list[tuple[int, ...]], made: Make
) -> None:
    with pytest.raises(fk.LayerError, match=r"bottom 1 must have \d+ weights an item"):
        made(kind, *bottoms)


def test_fc_weighted_takes_units_only(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="2 axes"):
        made("FCWeighted", (2, 8, 1, 1), (2, 8))
