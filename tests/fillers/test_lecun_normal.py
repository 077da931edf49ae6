"""The lecun_normal filler."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import Floats, made, meant

SHAPES = st.lists(st.integers(1, 60), min_size=1, max_size=5).map(tuple)


@given(SHAPES)
def test_the_variance_is_1_over_the_fan_in(shape: tuple[int, ...]) -> None:
    assert fk.fan_in(shape) * meant("lecun_normal", shape).std ** 2 == pytest.approx(1, rel=1e-6)


def test_its_std_is_worked_out_in_the_nets_own_type() -> None:
    single = float(np.sqrt(np.float32(1) / np.float32(7)))
    assert meant("lecun_normal", (4, 7)) == fk.Gaussian(0, single)
    assert meant("lecun_normal", (4, 7), "float64") == fk.Gaussian(0, sqrt(1 / 7))


def test_variance_norm_does_not_change_it() -> None:
    plain = meant("lecun_normal", (4, 7))
    assert meant("lecun_normal(variance_norm=FAN_OUT)", (4, 7)) == plain


def test_a_deep_net_of_selus_normalises_itself() -> None:
    alpha, scale = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017
    x: Floats = np.random.default_rng(1).standard_normal((500, 200)) * 1.3
    for layer in range(40):
        y = made("lecun_normal", (500, 500), "float64", seed=layer) @ x
        x = scale * np.where(y < 0, alpha * (np.exp(np.minimum(y, 0)) - 1), y)
    assert x.mean() == pytest.approx(0, abs=0.1)
    assert x.std() == pytest.approx(1, abs=0.1)


def test_a_single_value_is_refused() -> None:
    with pytest.raises(fk.FillerError, match="axes"):
        meant("lecun_normal", ())
