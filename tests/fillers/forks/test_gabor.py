"""The gabor filler."""

from __future__ import annotations

from hashlib import sha256
from math import cos, exp, pi, sin

import numpy as np
import pytest

import fillerkit as fk

from ..conftest import made, meant

# The first three values and the SHA-256 of the float32 values that Intel's own gabor.hpp makes.
RECORDED = [
    ((32, 3, 5, 5), [0.031088263, -0.088102154, 0.1246761], "077f025aa2b125d0"),
    ((64, 3, 7, 7), [-0.00073875283, 0.004192592, -0.01188154], "03efe7661677e0f5"),
    ((64, 3, 3, 3), [-0.14078137, 0.23210923, -0.14078137], "339137c5497268c7"),
    ((96, 3, 11, 11), [-0.0023363638, 0.0047999034, -0.008403059], "7b24540b10444543"),
]


@pytest.mark.parametrize(("shape", "first", "digest"), RECORDED)
def test_the_bits_are_those_of_intels_code(
    shape: tuple[int, ...], first: list[float], digest: str
) -> None:
    values = made("gabor", shape)
    np.testing.assert_allclose(values.ravel()[:3], first, rtol=1e-6)
    assert sha256(values.astype("<f4").tobytes()).hexdigest().startswith(digest)


def test_a_unit_of_alexnet_is_a_colored_wave_under_a_bell() -> None:
    expected = np.zeros((3, 11, 11))
    angle, speed = 1 * pi / 2 + pi / 8, pi * 10 / 2 / 8
    for channel, color in enumerate((1, -0.5, -0.75)):
        for row in range(11):
            for column in range(11):
                x, y = 2 * column / 10 - 1, 2 * row / 10 - 1
                wave = cos((x * cos(angle) - y * sin(angle)) * speed + pi / 2)
                bell = exp(-(x * x + y * y) / (2 * 2.0 * 2.0))
                expected[channel, row, column] = color * (1 / 9) * bell * wave
    values = made("gabor", (96, 3, 11, 11), "float64")
    np.testing.assert_allclose(values[61], expected, rtol=1e-12, atol=1e-15)


def test_mean_and_std_are_those_of_the_values_and_no_draws_are_taken() -> None:
    theory, values = meant("gabor", (64, 3, 7, 7)), made("gabor", (64, 3, 7, 7))
    assert theory.mean == pytest.approx(values.mean(), abs=1e-6)
    assert theory.std == pytest.approx(values.std(), rel=1e-5)
    assert (values == made("gabor", (64, 3, 7, 7), seed=2)).all()


@pytest.mark.parametrize("shape", [(32, 3, 7, 7), (64, 1, 7, 7), (64, 147)])
def test_a_shape_without_a_table_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(fk.FillerError, match="tables for 32x3x5x5, 64x3x7x7"):
        meant("gabor", shape)
