"""The identity filler."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import made, meant

Weight = Callable[..., fk.Net]
LENGTHS = st.integers(1, 12)


@given(LENGTHS, LENGTHS, st.floats(0.125, 4, width=32), st.sampled_from(["float32", "float64"]))
def test_the_gain_is_on_the_diagonal(rows: int, columns: int, gain: float, dtype: str) -> None:
    values = made(f"identity(gain={gain})", (rows, columns), dtype)
    assert values.dtype == dtype
    assert (values == gain * np.eye(rows, columns)).all()


@given(LENGTHS, LENGTHS)
def test_its_mean_and_std_are_those_of_its_values(rows: int, columns: int) -> None:
    theory, values = meant("identity", (rows, columns)), np.eye(rows, columns)
    assert theory.mean == pytest.approx(values.mean())
    assert theory.std == pytest.approx(values.std())


def test_it_takes_no_draws() -> None:
    assert (made("identity", (3, 3), seed=1) == made("identity", (3, 3), seed=2)).all()


def test_it_fills_a_net(weight: Weight) -> None:
    net = weight('type: "identity"', 3, 3)
    assert (net.fill(seed=1)["x"].weight == np.eye(3)).all()
    assert str(net.layers[1].params[0].distribution) == "identity 3x3, gain 1"


def test_a_nonlinearity_does_not_change_it() -> None:
    assert (made('identity(nonlinearity="relu")', (3, 3)) == np.eye(3)).all()


@pytest.mark.parametrize(
    ("shape", "words"),
    [((), "a single value"), ((4,), "not 4"), ((4, 4, 3), "4x4x3; dirac")],
)
def test_a_blob_that_is_no_matrix_is_refused(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(fk.FillerError, match=f"2 axes.*{words}"):
        meant("identity", shape)
