"""The msra_uniform filler."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import Floats, made, meant

SHAPES = st.lists(st.integers(1, 60), min_size=1, max_size=5).map(tuple)
NORMS = st.sampled_from(["FAN_IN", "FAN_OUT", "AVERAGE"])


@given(SHAPES, NORMS)
def test_it_has_the_moments_of_msra(shape: tuple[int, ...], norm: str) -> None:
    uniform, normal = (
        meant(f"{filler}(variance_norm={norm})", shape) for filler in ("msra_uniform", "msra")
    )
    assert uniform.mean == normal.mean
    assert uniform.std == pytest.approx(normal.std, rel=1e-6)


def test_it_goes_to_the_root_of_6_over_n_on_both_sides() -> None:
    limit = float(np.sqrt(np.float32(6) / np.float32(300)))
    assert meant("msra_uniform", (400, 300)) == fk.Uniform(-limit, limit)
    values = made("msra_uniform", (400, 300))
    assert limit * 0.999 < values.max() <= limit
    assert -limit <= values.min() < -limit * 0.999


def test_its_limit_is_worked_out_in_the_nets_own_type() -> None:
    assert meant("msra_uniform", (4, 7), "float64") == fk.Uniform.symmetric(sqrt(6 / 7))


@given(SHAPES, st.floats(-2, 2, width=32))
def test_a_slope_lets_more_of_the_signal_through(shape: tuple[int, ...], slope: float) -> None:
    std = meant(f"msra_uniform(negative_slope={slope})", shape).std
    assert fk.fan_in(shape) * std**2 * (1 + slope**2) / 2 == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("slope", [0, 0.25])
def test_twenty_layers_of_relus_keep_the_signal(slope: float) -> None:
    x: Floats = np.random.default_rng(1).standard_normal((500, 100))
    for layer in range(20):
        filler = f"msra_uniform(negative_slope={slope})"
        x = made(filler, (500, 500), "float64", seed=layer) @ x
        x = np.where(x < 0, slope * x, x)
    assert 0.7 < sqrt((x**2).mean()) < 1.4


@pytest.mark.parametrize("slope", ["inf", "nan"])
def test_a_slope_that_is_not_finite_is_refused(slope: str) -> None:
    with pytest.raises(fk.FillerError, match="finite") as caught:
        meant(f"msra_uniform(negative_slope={slope})", (4, 3))
    assert caught.value.field == "negative_slope"


def test_a_single_value_is_refused() -> None:
    with pytest.raises(fk.FillerError, match="axes"):
        meant("msra_uniform", ())
