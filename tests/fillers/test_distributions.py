"""Distributions: closed forms and how they read."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.fillers import Given


def test_a_constant_is_its_mean_and_never_varies() -> None:
    assert (fk.Constant(3).mean, fk.Constant(3).std) == (3, 0)


def test_a_symmetric_uniform_goes_from_minus_its_limit_to_its_limit() -> None:
    assert fk.Uniform.symmetric(2) == fk.Uniform(-2, 2)


def test_a_uniform_of_the_widest_limits_has_a_finite_std() -> None:
    widest = fk.Uniform(-1.7e308, 1.7e308)
    assert math.isfinite(widest.std)
    assert widest.mean == 0


@given(
    mean=st.floats(-10, 10),
    std=st.floats(0.1, 10),
    probability=st.floats(0, 1),
)
def test_a_sparse_one_has_the_moments_of_a_mixture_with_0(
    mean: float, std: float, probability: float
) -> None:
    sparse = fk.Sparse(fk.Gaussian(mean, std), probability)
    assert sparse.mean == pytest.approx(probability * mean)
    square = sparse.std**2 + sparse.mean**2
    assert square == pytest.approx(probability * (mean**2 + std**2), abs=1e-12)


@pytest.mark.parametrize("std", [0, -1, math.nan])
def test_a_spread_that_is_none_is_refused(std: float) -> None:
    for kind in (fk.Gaussian, fk.Truncated):
        with pytest.raises(fk.FillerError, match="has a std of"):
            kind(0, std)


def test_values_that_are_given_have_their_own_moments() -> None:
    given = Given(np.array([1.0, 2.0, 6.0]))
    assert given.mean == 3
    assert given.std == pytest.approx(np.std([1, 2, 6]))


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (fk.Constant(0.5), ["constant", "0.5"]),
        (fk.Uniform(-0.25, 0.25), ["uniform", "±0.25", "0.1443"]),
        (fk.Uniform(0, 1), ["uniform", "0 to 1", "0.2887"]),
        (fk.Gaussian(0, 0.01), ["gaussian", "std 0.01"]),
        (fk.Gaussian(2, 0.01), ["mean 2", "std 0.01"]),
        (fk.Truncated(0, 0.01), ["gaussian cut at ±0.02274", "std 0.01"]),
        (fk.Truncated(2, 0.01), ["mean 2", "std 0.01"]),
        (fk.Sparse(fk.Gaussian(0, 1), 0.25), ["gaussian", "0.25", "0.5"]),
        (Given(np.array([1.0, 3.0])), ["given", "mean 2", "std 1"]),
    ],
)
def test_a_distribution_reads_as_words(distribution: fk.Distribution, words: list[str]) -> None:
    for word in words:
        assert word in str(distribution)


def test_a_distribution_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(fk.Gaussian(0, 1), "std", 2)  # noqa: B010
