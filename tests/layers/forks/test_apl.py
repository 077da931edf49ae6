"""APL: its two blobs and how they start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk
from fillerkit.fillers.distributions import Constant, Gaussian, Uniform

Make = Callable[..., Any]


SetUp = Callable[..., fk.Layer]


def test_apl_has_a_slope_and_an_offset_for_each_place_and_hinge(made: Make) -> None:
    blob = (1, 1, 3, 120)
    made_of = made("APL", (2, 5, 4, 6), body="apl_param { sums: 3 }")
    assert made_of == ([(2, 5, 4, 6)], [blob, blob])


def test_apl_starts_uniform_by_its_sums_and_gaussian(set_up: SetUp) -> None:
    slope, offset = set_up("APL", (2, 5)).params
    assert slope.distribution == Uniform(-0.25, 0.25)
    assert offset.distribution == Gaussian(0, 0.5)


def test_apl_starts_as_the_prototxt_says(set_up: SetUp) -> None:
    body = "apl_param { slope_filler { value: 2 } offset_filler { value: 3 } }"
    slope, offset = set_up("APL", (2, 5), body=body).params
    assert (slope.distribution, offset.distribution) == (Constant(2), Constant(3))


def test_apl_needs_items_and_places(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="2 axes or more"):
        made("APL", (5,))
