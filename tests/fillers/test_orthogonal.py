"""The orthogonal filler."""

from __future__ import annotations

from collections.abc import Callable
from math import prod, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import Floats, made, meant

Weight = Callable[..., fk.Net]
SHAPES = st.lists(st.integers(1, 8), min_size=2, max_size=5).map(tuple)
GAINS = st.floats(0.125, 4, width=32)
DTYPES = st.sampled_from(["float32", "float64"])


@given(SHAPES, GAINS, DTYPES)
def test_rows_or_columns_are_orthonormal_times_the_gain(
    shape: tuple[int, ...], gain: float, dtype: str
) -> None:
    values = made(f"orthogonal(gain={gain})", shape, dtype)
    assert values.dtype == dtype
    q = values.reshape(shape[0], -1).astype(np.float64)
    few = q @ q.T if len(q) <= q.shape[1] else q.T @ q
    error = 1e-6 if dtype == "float32" else 1e-14
    np.testing.assert_allclose(few, gain**2 * np.eye(min(q.shape)), atol=error * 4 * gain**2)


@given(SHAPES, GAINS)
def test_the_mean_square_of_its_values_is_the_square_of_its_std(
    shape: tuple[int, ...], gain: float
) -> None:
    theory = meant(f"orthogonal(gain={gain})", shape)
    assert theory.mean == 0
    assert theory.std == pytest.approx(gain / sqrt(max(shape[0], prod(shape[1:]))))
    square = (made(f"orthogonal(gain={gain})", shape, "float64") ** 2).mean()
    assert square == pytest.approx(theory.std**2)


def test_its_mean_is_about_0() -> None:
    values = made("orthogonal", (300, 200))
    assert values.mean() == pytest.approx(0, abs=5 / sqrt(300) / sqrt(values.size))


def test_a_deep_linear_net_keeps_every_length() -> None:
    x: Floats = np.random.default_rng(1).standard_normal((50, 7))
    y = x
    for layer in range(100):
        y = made("orthogonal", (50, 50), "float64", seed=layer) @ y
    np.testing.assert_allclose(np.linalg.norm(y, axis=0), np.linalg.norm(x, axis=0))


@pytest.mark.long
def test_a_deep_net_of_relus_keeps_the_signal_with_their_gain() -> None:
    x: Floats = np.random.default_rng(1).standard_normal((500, 100))
    for layer in range(20):
        weight = made('orthogonal(nonlinearity="relu")', (500, 500), "float64", seed=layer)
        x = np.maximum(weight @ x, 0)
    assert 0.7 < sqrt((x**2).mean()) < 1.4


def test_it_fills_a_net(weight: Weight) -> None:
    net = weight('type: "orthogonal" gain: 1.414', 30, 40)
    values = net.fill(seed=1)["x"].weight
    np.testing.assert_allclose(values @ values.T, 1.414**2 * np.eye(30), atol=1e-5)
    assert str(net.layers[1].params[0].distribution) == ("orthogonal 30x40, gain 1.414, std 0.2236")


def test_it_takes_a_gaussian_a_value_also_where_its_values_are_not_wanted() -> None:
    head = """
        layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 9] } } }
        layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" }
                inner_product_param { num_output: 9 bias_term: false weight_filler { FIRST } } }
        layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" param { name: "w" }
                inner_product_param { num_output: 9 bias_term: false weight_filler { FIRST } } }
        layer { name: "c" type: "InnerProduct" bottom: "b" top: "c"
                inner_product_param { num_output: 9 weight_filler { type: "xavier" } } }
    """
    ours, gaussian = (
        fk.load_net(head.replace("FIRST", f'type: "{filler}"')).fill(seed=5)["c"].weight
        for filler in ("orthogonal", "gaussian")
    )
    assert ours.tobytes() == gaussian.tobytes()


@pytest.mark.parametrize(("shape", "words"), [((), "a single value"), ((5,), "not 5")])
def test_a_blob_of_fewer_than_two_axes_is_refused(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(fk.FillerError, match=f"2 axes or more.*{words}"):
        meant("orthogonal", shape)
