"""FlowNet2's diagonal filler."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from ..conftest import Floats, made, meant

SHAPES = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
VALUES = st.lists(st.floats(-4, 4, width=32), max_size=5)


def by_loops(shape: tuple[int, ...], values: list[float], dtype: str) -> Floats:
    outputs, inputs, height, width = (*shape, 1, 1, 1)[:4]
    made = np.zeros((outputs, inputs, height, width), dtype)
    kind = np.dtype(dtype).type
    for n in range(min(outputs, inputs)):
        value = kind(values[n]) if n < len(values) else kind(1)
        for y in range(height):
            for x in range(width):
                made[n, n, y, x] = value / kind(height * width)
    return made.reshape(shape)


@given(SHAPES, VALUES, st.sampled_from(["float32", "float64"]))
def test_the_kernels_of_the_diagonal_share_a_value_by_their_area(
    shape: tuple[int, ...], values: list[float], dtype: str
) -> None:
    short = f"diagonal(diag_val={values})" if values else "diagonal"
    expected = by_loops(shape, values, dtype)
    assert made(short, shape, dtype).tobytes() == expected.tobytes()
    theory = meant(short, shape, dtype)
    assert theory.mean == pytest.approx(expected.mean(), abs=1e-6)
    assert theory.std == pytest.approx(expected.astype(np.float64).std(), abs=1e-6)


def test_it_takes_no_draws() -> None:
    assert (made("diagonal", (3, 3), seed=1) == made("diagonal", (3, 3), seed=2)).all()


@pytest.mark.parametrize("shape", [(), (2, 2, 3, 3, 3)])
def test_a_blob_that_is_none_of_an_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(fk.FillerError, match="1 to 4 axes"):
        meant("diagonal", shape)
