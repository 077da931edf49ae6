"""The uniform filler."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

Weight = Callable[..., fk.Net]


def test_it_goes_from_min_to_max(weight: Weight) -> None:
    net = weight('type: "uniform" min: -0.5 max: 2')
    assert net.layers[1].params[0].distribution == fk.Uniform(-0.5, 2)
    values = net.fill(seed=1)["x"].weight
    assert -0.5 <= values.min() < -0.49
    assert 1.99 < values.max() <= 2


def test_it_goes_from_0_to_1_unless_said(weight: Weight) -> None:
    assert weight('type: "uniform"').layers[1].params[0].distribution == fk.Uniform(0, 1)


def test_min_may_be_max(weight: Weight) -> None:
    values = weight('type: "uniform" min: 0.5 max: 0.5', 3, 3).fill(seed=1)["x"].weight
    assert (values == 0.5).all()


@given(low=st.floats(-1e3, 1e3, width=32), width=st.floats(0, 1e3, width=32))
def test_its_variance_is_a_twelfth_of_its_squared_width(low: float, width: float) -> None:
    distribution = fk.Uniform(low, low + width)
    span = distribution.high - distribution.low
    assert distribution.std**2 == pytest.approx(span**2 / 12, rel=1e-6, abs=1e-9)
    assert distribution.mean == pytest.approx((distribution.low + distribution.high) / 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("min: 1 max: 0", "min 1 is above max 0"),
        ("min: 2", "min 2 is above max 1"),
        ("min: -inf", "finite"),
        ("max: inf", "finite"),
        ("min: nan", "finite"),
        ("max: nan", "finite"),
    ],
)
def test_limits_that_make_no_sense_are_refused(weight: Weight, text: str, words: str) -> None:
    with pytest.raises(fk.FillerError, match=words):
        weight(f'type: "uniform" {text}')


def test_sparse_is_refused(weight: Weight) -> None:
    with pytest.raises(fk.FillerError, match="sparse"):
        weight('type: "uniform" sparse: 0')
