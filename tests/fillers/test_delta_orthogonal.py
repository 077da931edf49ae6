"""The delta_orthogonal filler."""

from __future__ import annotations

from itertools import product
from math import prod, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import Floats, made, meant

KERNELS = st.lists(st.sampled_from([1, 3, 5]), min_size=1, max_size=3)


@st.composite
def shapes(draw: st.DrawFn) -> tuple[int, ...]:
    """Kernels of 1 to 3 odd lengths, with no more inputs than outputs."""
    outputs = draw(st.integers(1, 8))
    return (outputs, draw(st.integers(1, outputs)), *draw(KERNELS))


def circular(weight: Floats, x: Floats) -> Floats:
    """A convolution of stride 1 over channels x lengths, around whose ends it goes on."""
    kernel = weight.shape[2:]
    matrices = iter(np.moveaxis(weight.reshape(*weight.shape[:2], -1), 2, 0))
    y: Floats = np.zeros((len(weight), *x.shape[1:]))
    for place in product(*map(range, kernel)):
        shift = [length // 2 - at for length, at in zip(kernel, place, strict=True)]
        moved = np.roll(x, shift, axis=tuple(range(1, x.ndim)))
        y += np.tensordot(next(matrices), moved, axes=1)
    return y


@given(shapes(), st.integers(0, 1000))
def test_a_convolution_keeps_the_length_of_any_signal(shape: tuple[int, ...], seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((shape[1], *(6 for _ in shape[2:])))
    y = circular(made("delta_orthogonal", shape, "float64", seed), x)
    assert np.linalg.norm(y) == pytest.approx(np.linalg.norm(x), rel=1e-12)


@given(shapes(), st.floats(0.125, 4, width=32), st.sampled_from(["float32", "float64"]))
def test_all_is_0_but_an_orthogonal_matrix_at_the_center(
    shape: tuple[int, ...], gain: float, dtype: str
) -> None:
    values = made(f"delta_orthogonal(gain={gain})", shape, dtype).astype(np.float64)
    center = values.reshape(*shape[:2], -1)[:, :, prod(shape[2:]) // 2]
    few = center.T @ center
    np.testing.assert_allclose(few, gain**2 * np.eye(shape[1]), atol=4e-6 * gain**2)
    assert np.count_nonzero(values) == np.count_nonzero(center)


@given(shapes())
def test_the_mean_square_of_its_values_is_the_square_of_its_std(shape: tuple[int, ...]) -> None:
    theory = meant("delta_orthogonal", shape)
    assert theory.mean == 0
    assert theory.std == pytest.approx(1 / sqrt(shape[0] * prod(shape[2:])))
    square = (made("delta_orthogonal", shape, "float64") ** 2).mean()
    assert square == pytest.approx(theory.std**2)


def test_a_hundred_layers_keep_the_signal() -> None:
    x: Floats = np.random.default_rng(1).standard_normal((6, 8, 8))
    y = x
    for layer in range(100):
        y = circular(made("delta_orthogonal", (6, 6, 3, 3), "float64", layer), y)
    assert np.linalg.norm(y) == pytest.approx(np.linalg.norm(x), rel=1e-12)


def test_it_fills_a_convolution() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 5, 5] } } }
        layer { name: "x" type: "Convolution" bottom: "d" top: "x"
                convolution_param { num_output: 4 kernel_size: 3 bias_term: false
                                    weight_filler { type: "delta_orthogonal" } } }
    """)
    weight = net.fill(seed=1)["x"].weight
    center = weight[:, :, 1, 1]
    np.testing.assert_allclose(center.T @ center, np.eye(3), atol=1e-6)
    assert "4x3 at the center" in str(net.layers[1].params[0].distribution)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), "3 axes or more, not a single value"),
        ((4,), "3 axes or more, not 4;"),
        ((4, 3), "3 axes or more, not 4x3; orthogonal"),
        ((4, 3, 2, 2), "odd lengths, not that of 4x3x2x2"),
        ((4, 3, 3, 4), "odd lengths"),
        ((3, 4, 3, 3), "as many outputs as inputs.*3 of 4"),
    ],
)
def test_a_blob_that_cannot_keep_lengths_is_refused(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(fk.FillerError, match=words):
        meant("delta_orthogonal", shape)
