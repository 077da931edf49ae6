"""Kernels that enlarge: bilinear_upsampling, bilinearstatic, bilinear_3D, bicubic and nearest."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

import fillerkit as fk

from ..conftest import Floats, made, meant

SIDES = range(1, 18)
DTYPES = ["float32", "float64"]
F = np.float32


def falloff(side: int) -> list[np.float32]:
    """1 - |x / f - c| with the center of an older Caffe, in float32."""
    f = ceil(side / 2)
    c = F((2 * f - 1 - f % 2) / (2 * f))
    return [F(1) - abs(F(x) / F(f) - c) for x in range(side)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("side", SIDES)
def test_a_bilinear_kernel_of_an_older_caffe_is_worked_out_in_float32(
    side: int, dtype: str
) -> None:
    kernel = np.zeros((side, side), dtype)
    for y, at_y in enumerate(falloff(side)):
        for x, at_x in enumerate(falloff(side)):
            kernel[y, x] = at_x * at_y
    values = made("bilinear_upsampling", (2, 3, side, side), dtype)
    assert all(one.tobytes() == kernel.tobytes() for one in values.reshape(6, side, side))


@pytest.mark.parametrize("side", SIDES)
def test_the_center_differs_from_caffes_for_kernels_of_2_and_3_over_a_multiple_of_4(
    side: int,
) -> None:
    shape = (1, 1, side, side)
    near = np.allclose(made("bilinear_upsampling", shape), made("bilinear", shape), atol=1e-6)
    assert near == (side % 4 in (0, 1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("side", SIDES)
def test_nvidias_multiplies_in_float64(side: int, dtype: str) -> None:
    f = ceil(side / 2)
    c = F((2 * f - 1 - f % 2) / (2 * f))
    ramp = [1.0 - float(abs(F(x) / F(f) - c)) for x in range(side)]
    kernel = np.array([[at_x * at_y for at_x in ramp] for at_y in ramp]).astype(dtype)
    assert made("bilinearstatic", (1, 1, side, side), dtype).tobytes() == kernel.tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("side", range(1, 9))
def test_a_trilinear_kernel_falls_off_on_three_axes(side: int, dtype: str) -> None:
    ramp, kernel = falloff(side), np.zeros((side, side, side), dtype)
    for z in range(side):
        for y in range(side):
            for x in range(side):
                kernel[z, y, x] = ramp[x] * ramp[y] * ramp[z]
    values = made("bilinear_3D", (3, 1, side, side, side), dtype)
    assert all(one.tobytes() == kernel.tobytes() for one in values[:, 0])


def spline(s: float) -> float:
    s = abs(s)
    if s <= 1:
        return 1.5 * (s * s * s) - 2.5 * (s * s) + 1
    return -0.5 * s * s * s + 2.5 * s * s - 4 * s + 2 if s < 2 else 0.0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("side", SIDES)
def test_a_bicubic_kernel_is_a_product_of_splines(side: int, dtype: str) -> None:
    f = ceil(side / 4)
    c = F((4 * f - 1 - f % 4) / (2 * f))
    line = np.array([spline(float(F(x) / F(f) - c)) for x in range(side)]).astype(dtype)
    kernel = made("bicubic", (2, 2, side, side), dtype)
    np.testing.assert_array_equal(kernel[1, 0], np.outer(line, line))


def test_nearest_is_1_everywhere() -> None:
    assert (made("nearest", (2, 3, 4, 4)) == 1).all()


@pytest.mark.parametrize(
    "short", ["bilinear_upsampling", "bilinearstatic", "bicubic", "nearest", "bilinear_3D"]
)
def test_mean_and_std_are_those_of_the_kernel_and_no_draws_are_taken(short: str) -> None:
    shape = (2, 3, 4, 4, 4) if short == "bilinear_3D" else (2, 3, 6, 6)
    values: Floats = made(short, shape).astype(np.float64)
    theory = meant(short, shape)
    assert theory.mean == pytest.approx(values.mean())
    assert theory.std == pytest.approx(values.std())
    assert (values == made(short, shape, seed=2)).all()


@pytest.mark.parametrize(
    ("short", "shape", "words"),
    [
        ("bilinear_upsampling", (2, 3), "square kernel, not 2x3"),
        ("bilinearstatic", (2, 3, 4, 5), "square kernel, not 2x3x4x5"),
        ("bicubic", (), "not a single value"),
        ("nearest", (2, 2, 2, 2, 2), "4 axes"),
        ("bilinear_3D", (2, 2, 4, 4), "5 axes with a cubic kernel"),
        ("bilinear_3D", (2, 2, 4, 4, 3), "cubic kernel, not 2x2x4x4x3"),
    ],
)
def test_another_blob_is_refused(short: str, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(fk.FillerError, match=words):
        meant(short, shape)
