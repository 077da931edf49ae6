"""The gaussian_unitball and the uestc filler."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk

from ..conftest import made, meant

SHAPES = [(5, 7), (3, 2, 3, 3), (4, 1), (6,)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "extra"), [("gaussian_unitball", 1e-12), ("uestc", 0.0)])
def test_a_row_is_gaussians_over_their_length_from_left_to_right(
    name: str, extra: float, shape: tuple[int, ...], dtype: str
) -> None:
    kind = np.dtype(dtype).type
    rows = made("gaussian", shape, dtype).reshape(shape[0], -1)
    for row in rows:
        square = kind(0)
        for value in row:
            square += value * value
        length = np.sqrt(kind(float(square) + extra))
        row *= kind(1) / length
    assert made(name, shape, dtype).tobytes() == rows.tobytes()


def test_the_std_is_that_of_a_direction() -> None:
    theory, values = meant("gaussian_unitball", (300, 49)), made("gaussian_unitball", (300, 49))
    assert theory.mean == 0
    assert theory.std == pytest.approx(1 / 7)
    assert values.std() == pytest.approx(1 / 7, rel=1e-3)


@pytest.mark.parametrize("short", ["gaussian_unitball(sparse=1)", "gaussian_unitball"])
def test_sparse_and_single_values_are_refused(short: str) -> None:
    with pytest.raises(fk.FillerError):
        meant(short, () if short == "gaussian_unitball" else (4, 4))
