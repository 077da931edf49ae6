"""Random matrices with orthonormal rows or columns."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.fillers.haar import orthonormal

LENGTHS = st.integers(1, 30)


@given(LENGTHS, LENGTHS, st.integers(0, 2**32 - 1))
def test_rows_or_columns_are_orthonormal(rows: int, columns: int, seed: int) -> None:
    q = orthonormal(np.random.default_rng(seed).standard_normal((rows, columns)))
    assert q.shape == (rows, columns)
    few = q @ q.T if rows <= columns else q.T @ q
    np.testing.assert_allclose(few, np.eye(min(rows, columns)), atol=1e-13)


@given(LENGTHS, LENGTHS, st.integers(0, 2**32 - 1))
def test_the_triangle_that_is_left_has_a_positive_diagonal(
    rows: int, columns: int, seed: int
) -> None:
    gaussians = np.random.default_rng(seed).standard_normal((rows, columns))
    q = orthonormal(gaussians)
    triangle = q.T @ gaussians if rows >= columns else q @ gaussians.T
    assert (np.diagonal(triangle) > 0).all()
    np.testing.assert_allclose(np.tril(triangle, -1), 0, atol=1e-12)


def test_a_rotation_of_the_gaussians_rotates_what_they_make() -> None:
    random = np.random.default_rng(1)
    gaussians, rotation = random.standard_normal((9, 5)), orthonormal(random.normal(size=(9, 9)))
    np.testing.assert_allclose(
        orthonormal(rotation @ gaussians), rotation @ orthonormal(gaussians), atol=1e-13
    )


@pytest.mark.parametrize("shape", [(4, 4), (4, 7), (7, 4)])
def test_values_have_the_moments_of_haars_measure(shape: tuple[int, int]) -> None:
    random, many = np.random.default_rng(1), 4000
    made = np.array([orthonormal(random.standard_normal(shape)) for _ in range(many)])
    n = max(shape)
    error = 5 / sqrt(many)  # values are below 1, and so are their standard errors times this
    np.testing.assert_allclose(made.mean(axis=0), 0, atol=error / sqrt(n))
    np.testing.assert_allclose((made**2).mean(axis=0), 1 / n, atol=error * sqrt(2) / n)
    np.testing.assert_allclose((made**4).mean(axis=0), 3 / (n * (n + 2)), atol=error * 10 / n**2)


def test_traces_of_square_ones_have_mean_0_and_variance_1() -> None:
    # Without the correction of signs the trace is negative nearly always.
    random, many = np.random.default_rng(1), 4000
    traces = np.array([np.trace(orthonormal(random.standard_normal((5, 5)))) for _ in range(many)])
    assert traces.mean() == pytest.approx(0, abs=5 / sqrt(many))
    assert traces.var() == pytest.approx(1, abs=5 * sqrt(2 / many))


def test_half_of_square_ones_turn_over() -> None:
    random, many = np.random.default_rng(1), 4000
    signs = [np.linalg.det(orthonormal(random.standard_normal((3, 3)))) for _ in range(many)]
    assert np.mean(signs) == pytest.approx(0, abs=5 / sqrt(many))
