"""Kernels that find edges: EdgeX, EdgeY, CentralDiff, ForwardDiff, Laplacian and LoG."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

import fillerkit as fk

from ..conftest import made, meant

KERNELS = {
    "EdgeX": [[0, -0.5, 0], [0, 0, 0], [0, 0.5, 0]],
    "EdgeY": [[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]],
    "CentralDiff": [[0.5, 0, 0], [0, 0, 0], [0, 0, 0.5]],
    "ForwardDiff": [[0, 0, 1], [0, -1, 0], [0, 0, 0]],
    "Laplacian": [[1 / 6, 2 / 3, 1 / 6], [2 / 3, -10 / 3, 2 / 3], [1 / 6, 2 / 3, 1 / 6]],
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_is_the_same_3x3_rounded_to_float32(name: str, dtype: str) -> None:
    values = made(name, (2, 4, 3, 3), dtype)
    assert values.dtype == dtype
    assert (values == np.array(KERNELS[name], np.float32)).all()


def test_an_edge_filler_looks_down_and_the_other_to_the_right() -> None:
    ramp = np.arange(3.0)
    assert (made("EdgeX", (1, 1, 3, 3))[0, 0] * ramp[:, None]).sum() == 1
    assert (made("EdgeY", (1, 1, 3, 3))[0, 0] * ramp).sum() == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("side", "std"), [(1, 1.0), (3, 1.0), (5, 0.5), (9, 1.25), (11, -2.0)])
def test_the_laplacian_of_a_gaussian_follows_its_formula(side: int, std: float, dtype: str) -> None:
    kind, half = np.dtype(dtype).type, (side - 1) // 2
    expected = np.zeros((side, side), dtype)
    for y in range(side):
        for x in range(side):
            d = kind(((x - half) ** 2 + (y - half) ** 2) / (2 * std**2))
            strength = -kind(exp(d * -1.0)) * (kind(1) - d)
            expected[y, x] = float(strength) / (float(kind(3.1415)) * std**4)
    values = made(f"LoG(std={std})", (2, 2, side, side), dtype)
    np.testing.assert_array_equal(values[1, 0], expected)


@pytest.mark.parametrize("name", [*KERNELS, "LoG"])
def test_mean_and_std_are_those_of_the_kernel_and_no_draws_are_taken(name: str) -> None:
    values, theory = made(name, (2, 4, 3, 3)).astype(np.float64), meant(name, (2, 4, 3, 3))
    assert theory.mean == pytest.approx(values.mean(), abs=1e-7)
    assert theory.std == pytest.approx(values.std())
    assert (values == made(name, (2, 4, 3, 3), seed=2)).all()


@pytest.mark.parametrize(
    ("short", "shape", "words"),
    [
        ("EdgeX", (2, 3, 5, 5), "3x3, not 2x3x5x5"),
        ("Laplacian", (4, 9), "4 axes"),
        ("CentralDiff", (2, 3, 3, 3), "4 inputs, not 2x3x3x3"),
        ("LoG", (2, 3, 4, 4), "odd"),
        ("LoG", (2, 3, 3, 5), "square"),
        ("LoG(std=0)", (2, 3, 3, 3), "std"),
    ],
)
def test_another_blob_is_refused(short: str, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(fk.FillerError, match=words):
        meant(short, shape)
