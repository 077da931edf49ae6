"""The truncated_gaussian filler."""

from __future__ import annotations

from collections.abc import Callable
from math import erf, exp, pi, sqrt

import numpy as np
import pytest

import fillerkit as fk

from .conftest import made, meant

Weight = Callable[..., fk.Net]
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def phi(z: float) -> float:
    """The distribution function of N(0, 1)."""
    return (1 + erf(z / sqrt(2))) / 2


def test_what_the_cut_leaves_of_the_std_is_the_closed_form() -> None:
    density = exp(-2) / sqrt(2 * pi)
    left = sqrt(1 - 4 * density / (2 * phi(2) - 1))
    assert pytest.approx(left, rel=1e-15) == fk.Truncated.LEFT


@DTYPES
def test_no_value_is_beyond_two_sigma(dtype: str) -> None:
    values = made("truncated_gaussian(mean=0.5, std=0.25)", (1000, 400), dtype)
    sigma = 0.25 / 0.87962566103423978
    limit = np.array(2, dtype) * np.array(sigma, dtype)
    assert (values <= limit + np.array(0.5, dtype)).all()
    assert (values >= -limit + np.array(0.5, dtype)).all()
    assert values.max() > 0.5 + 1.99 * sigma
    assert values.min() < 0.5 - 1.99 * sigma


@DTYPES
def test_its_std_is_that_of_the_values(dtype: str) -> None:
    values = made("truncated_gaussian(std=0.02)", (1000, 400), dtype).astype(np.float64)
    assert values.mean() == pytest.approx(0, abs=5 * 0.02 / sqrt(values.size))
    error = sqrt(((values**4).mean() - values.var() ** 2) / values.size)
    assert values.var() == pytest.approx(0.02**2, abs=5 * error)


@DTYPES
def test_its_values_are_spread_as_the_closed_form_says(dtype: str) -> None:
    values = np.sort(made("truncated_gaussian", (500, 400), dtype).ravel())
    sigma = fk.Truncated(0, 1).sigma
    below = np.array([(phi(z) - phi(-2)) / (phi(2) - phi(-2)) for z in values / sigma])
    steps = np.arange(values.size + 1) / values.size
    distance = max(abs(below - steps[1:]).max(), abs(below - steps[:-1]).max())
    assert distance * sqrt(values.size) < 1.95  # Kolmogorov and Smirnov's, at 0.1%


def test_what_is_not_beyond_is_what_a_gaussian_draws() -> None:
    whole = made("gaussian", (200, 300), "float64")
    cut = made("truncated_gaussian", (200, 300), "float64")
    within = abs(whole) <= 2
    assert within.mean() == pytest.approx(0.9545, abs=0.005)
    assert (cut[within] == whole[within] * fk.Truncated(0, 1).sigma).all()


def test_what_is_beyond_is_drawn_again_after_the_whole_blob_in_order() -> None:
    cut = made("truncated_gaussian", (2000,), "float64") / fk.Truncated(0, 1).sigma
    # Boost's gaussians are one stream: the first 2000 of more are those of the blob.
    stream = made("gaussian", (3000,), "float64")
    blob, rest = stream[:2000].copy(), stream[2000:]
    beyond = np.flatnonzero(abs(blob) > 2)
    while beyond.size:
        again, rest = rest[: beyond.size], rest[beyond.size :]
        blob[beyond] = again
        beyond = beyond[abs(again) > 2]
    np.testing.assert_allclose(cut, blob, rtol=1e-15)


@pytest.mark.parametrize("shape", [(500,), (20, 25), (5, 4, 25), (5, 4, 5, 5), (5, 4, 5, 1, 5)])
def test_the_shape_does_not_matter(shape: tuple[int, ...]) -> None:
    flat = made("truncated_gaussian", (500,))
    assert made("truncated_gaussian", shape).tobytes() == flat.tobytes()


def test_it_has_the_mean_and_the_std_of_the_text() -> None:
    text = "truncated_gaussian(mean=0.5, std=0.25)"
    assert meant(text, (4, 3)) == fk.Truncated(0.5, 0.25)


@pytest.mark.parametrize("std", ["0", "-1", "nan", "1e-50"])
def test_a_std_of_0_or_less_is_refused(weight: Weight, std: str) -> None:
    with pytest.raises(fk.FillerError, match="std must be above 0") as caught:
        weight(f'type: "truncated_gaussian" std: {std}')
    assert caught.value.field.endswith("std")


def test_sparse_is_refused() -> None:
    with pytest.raises(fk.FillerError, match="'truncated_gaussian' does not know sparse"):
        meant("truncated_gaussian(sparse=2)", (4, 3))
