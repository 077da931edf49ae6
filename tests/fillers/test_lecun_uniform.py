"""The lecun_uniform filler."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import made, meant

SHAPES = st.lists(st.integers(1, 60), min_size=1, max_size=5).map(tuple)


@given(SHAPES)
def test_the_variance_is_1_over_the_fan_in(shape: tuple[int, ...]) -> None:
    assert fk.fan_in(shape) * meant("lecun_uniform", shape).std ** 2 == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_its_values_are_those_of_xavier_as_it_is_by_default(dtype: str) -> None:
    lecun, xavier = (made(name, (40, 7, 3, 3), dtype) for name in ("lecun_uniform", "xavier"))
    assert lecun.tobytes() == xavier.tobytes()


def test_its_limit_is_worked_out_in_the_nets_own_type() -> None:
    assert meant("lecun_uniform", (4, 7), "float64") == fk.Uniform.symmetric(sqrt(3 / 7))


def test_variance_norm_does_not_change_it() -> None:
    plain = meant("lecun_uniform", (4, 7))
    assert meant("lecun_uniform(variance_norm=AVERAGE)", (4, 7)) == plain


def test_a_single_value_is_refused() -> None:
    with pytest.raises(fk.FillerError, match="axes"):
        meant("lecun_uniform", ())
