"""Small pictures of how values are spread."""

from __future__ import annotations

import re
from math import inf, nan

import numpy as np
import pytest

import fillerkit as fk
from fillerkit.blobs.statistics import Statistics
from fillerkit.reports.pictures import HEIGHT, WIDTH, picture


def found(values: list[float]) -> fk.BlobStatistics:
    array = np.array(values, np.float32)
    return fk.BlobStatistics("a", 0, "weight", array, Statistics.of(array), None)


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path)]


@pytest.mark.parametrize(
    ("starts", "low", "high"),
    [
        (fk.Uniform(-2, 2), -2, 2),
        (fk.Gaussian(1, 2), -7, 9),
        (fk.Constant(3), 2, 4),
        (fk.Sparse(fk.Gaussian(0, 1), 0.1), -4, 4),
    ],
)
def test_the_picture_reaches_over_the_distribution(
    starts: fk.Distribution, low: float, high: float
) -> None:
    made = picture(starts)
    assert made is not None
    assert (made.low, made.high, made.bars) == (low, high, "")
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places(made.density))


def test_a_bell_is_highest_at_its_mean() -> None:
    made = picture(fk.Gaussian(5, 1))
    assert made is not None
    assert min(places(made.density), key=lambda place: place[1])[0] == WIDTH / 2


def test_the_bars_stand_where_the_values_are_and_as_high_as_the_theory() -> None:
    values = np.random.default_rng(1).uniform(-1, 1, 100_000).tolist()
    made = picture(fk.Uniform(-1, 1), found(values))
    assert made is not None
    tops = [y for _, y in places(made.bars)[1:-1]]
    assert HEIGHT - min(tops) < 1.2 * (HEIGHT - max(tops))
    right = picture(fk.Uniform(-1, 1), found([0.5, 0.75]))
    assert right is not None
    assert min(x for x, _ in places(right.bars)) > WIDTH / 2


def test_values_beyond_the_theory_widen_the_picture() -> None:
    made = picture(fk.Constant(0), found([0, 0, 8]))
    assert made is not None
    assert (made.low, made.high) == (0, 8)


@pytest.mark.parametrize("values", [[], [nan], [inf, nan], [1e38, -1e38], [0, 0]])
def test_any_values_have_a_picture(values: list[float]) -> None:
    made = picture(fk.Uniform(-1, 1), found(values))
    assert made is not None
    assert "nan" not in made.bars + made.density
    assert "inf" not in made.bars + made.density


def test_nothing_is_drawn_of_what_is_not_finite() -> None:
    assert picture(fk.Constant(inf)) is None
