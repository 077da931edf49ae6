"""The xavier_normal filler."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import Floats, made, meant

SHAPES = st.lists(st.integers(1, 60), min_size=1, max_size=5).map(tuple)
NORMS = {"FAN_IN": fk.fan_in, "FAN_OUT": fk.fan_out}


@given(SHAPES, st.sampled_from(sorted(NORMS)))
def test_the_signal_of_linear_units_is_kept(shape: tuple[int, ...], norm: str) -> None:
    std = meant(f"xavier_normal(variance_norm={norm})", shape).std
    assert NORMS[norm](shape) * std**2 == pytest.approx(1, rel=1e-6)


@given(SHAPES)
def test_the_average_is_the_papers_variance(shape: tuple[int, ...]) -> None:
    papers = 2 / (fk.fan_in(shape) + fk.fan_out(shape))
    assert meant("xavier_normal(variance_norm=AVERAGE)", shape).std ** 2 == pytest.approx(papers)


@given(SHAPES)
def test_it_has_the_moments_of_xavier(shape: tuple[int, ...]) -> None:
    normal, uniform = meant("xavier_normal", shape), meant("xavier", shape)
    assert normal.mean == uniform.mean
    assert normal.std == pytest.approx(uniform.std, rel=1e-6)


def test_in_front_of_a_relu_it_is_msra() -> None:
    relu = meant('xavier_normal(nonlinearity="relu")', (400, 300), "float64")
    assert relu.std == pytest.approx(meant("msra", (400, 300), "float64").std, rel=1e-15)


@pytest.mark.parametrize(("dtype", "kind"), [("float32", np.float32), ("float64", np.float64)])
def test_its_std_is_worked_out_in_the_nets_own_type(dtype: str, kind: type[np.floating]) -> None:
    std = float(kind(1.5) * np.sqrt(kind(1) / kind(7)))
    assert meant("xavier_normal(gain=1.5)", (4, 7), dtype) == fk.Gaussian(0, std)


def signal(filler: str, layers: int, width: int = 400) -> list[float]:
    """The root mean square of a signal behind each layer of a deep net of tanh."""
    x: Floats = np.random.default_rng(1).standard_normal((width, 50))
    strengths = []
    for layer in range(layers):
        x = np.tanh(made(filler, (width, width), "float64", seed=layer) @ x)
        strengths.append(sqrt((x**2).mean()))
    return strengths


def test_twenty_layers_of_tanh_keep_the_signal_with_their_gain() -> None:
    strengths = signal('xavier_normal(nonlinearity="tanh")', 20)
    assert strengths[-1] == pytest.approx(strengths[4], rel=0.05)
    assert strengths[-1] > 0.6


def test_twenty_layers_of_tanh_lose_the_signal_without() -> None:
    assert signal("xavier_normal", 20)[-1] < 0.25


@pytest.mark.parametrize("negative_slope", [0.01, 0.25])
def test_twenty_layers_of_leaky_relus_keep_the_signal(negative_slope: float) -> None:
    filler = f'xavier_normal(nonlinearity="leaky_relu", negative_slope={negative_slope})'
    x: Floats = np.random.default_rng(1).standard_normal((500, 100))
    for layer in range(20):
        x = made(filler, (500, 500), "float64", seed=layer) @ x
        x = np.where(x < 0, negative_slope * x, x)
    assert 0.7 < sqrt((x**2).mean()) < 1.4


def test_sparse_is_refused() -> None:
    with pytest.raises(fk.FillerError, match="'xavier_normal' does not know sparse"):
        meant("xavier_normal(sparse=2)", (4, 3))
