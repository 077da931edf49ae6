"""The msra filler."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.fillers import distribution
from fillerkit.schema.forks_pb2 import FillerParameter

Weight = Callable[..., fk.Net]
SHAPES = st.lists(st.integers(1, 60), min_size=1, max_size=5).map(tuple)


def variance(shape: tuple[int, ...], norm: FillerParameter.VarianceNorm) -> float:
    spec = FillerParameter(type="msra", variance_norm=norm)
    return distribution(spec, shape, np.float32).std ** 2


@given(SHAPES)
def test_the_signal_is_kept_through_a_relu_on_the_way_forward(shape: tuple[int, ...]) -> None:
    forward = fk.fan_in(shape) * variance(shape, FillerParameter.FAN_IN) / 2
    assert forward == pytest.approx(1, rel=1e-6)


@given(SHAPES)
def test_the_gradient_is_kept_through_a_relu_with_fan_out(shape: tuple[int, ...]) -> None:
    backward = fk.fan_out(shape) * variance(shape, FillerParameter.FAN_OUT) / 2
    assert backward == pytest.approx(1, rel=1e-6)


@given(SHAPES)
def test_the_average_is_of_both_fans(shape: tuple[int, ...]) -> None:
    n = (fk.fan_in(shape) + fk.fan_out(shape)) / 2
    assert variance(shape, FillerParameter.AVERAGE) == pytest.approx(2 / n, rel=1e-6)


def test_it_is_gaussian_around_0(weight: Weight) -> None:
    std = float(np.sqrt(np.float32(2) / np.float32(300)))
    net = weight('type: "msra"', 400, 300)
    assert net.layers[1].params[0].distribution == fk.Gaussian(0, std)


def test_its_std_is_worked_out_in_the_nets_own_type(weight: Weight) -> None:
    param = weight('type: "msra"', 4, 7).layers[1].params[0]
    assert param.distribution_in(np.float64) == fk.Gaussian(0, sqrt(2 / 7))


@pytest.mark.parametrize("ignored", ["std: 0.01", "mean: 5"])
def test_mean_and_std_are_ignored(weight: Weight, ignored: str) -> None:
    plain, other = weight('type: "msra"'), weight(f'type: "msra" {ignored}')
    assert other.layers[1].params[0].distribution == plain.layers[1].params[0].distribution


def test_sparse_is_refused(weight: Weight) -> None:
    with pytest.raises(fk.FillerError, match="'msra' does not know sparse"):
        weight('type: "msra" sparse: 2')


@given(SHAPES, st.floats(0, 2, width=32), st.sampled_from([np.float32, np.float64]))
def test_alpha_is_the_slope_of_the_prelu_that_follows(
    shape: tuple[int, ...], alpha: float, dtype: type[np.floating]
) -> None:
    n, slope = dtype(fk.fan_in(shape)), dtype(alpha)
    expected = np.sqrt(dtype(2) / n / (dtype(1) + slope * slope))
    spec = FillerParameter(type="msra", alpha=alpha)
    assert distribution(spec, shape, dtype).std == float(expected)


def test_scale_multiplies_the_std() -> None:
    plain, twice = FillerParameter(type="msra"), FillerParameter(type="msra", scale=2)
    assert distribution(twice, (4, 9), np.float64).std == 2 * (
        distribution(plain, (4, 9), np.float64).std
    )
