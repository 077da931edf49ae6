"""The xavier filler."""

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
    spec = FillerParameter(type="xavier", variance_norm=norm)
    return distribution(spec, shape, np.float32).std ** 2


@given(SHAPES)
def test_the_signal_is_kept_on_the_way_forward(shape: tuple[int, ...]) -> None:
    assert fk.fan_in(shape) * variance(shape, FillerParameter.FAN_IN) == pytest.approx(1, rel=1e-6)


@given(SHAPES)
def test_the_gradient_is_kept_on_the_way_back_with_fan_out(shape: tuple[int, ...]) -> None:
    outward = variance(shape, FillerParameter.FAN_OUT)
    assert fk.fan_out(shape) * outward == pytest.approx(1, rel=1e-6)


@given(SHAPES)
def test_the_average_is_the_papers_variance(shape: tuple[int, ...]) -> None:
    papers = 2 / (fk.fan_in(shape) + fk.fan_out(shape))
    assert variance(shape, FillerParameter.AVERAGE) == pytest.approx(papers, rel=1e-6)


def test_it_is_uniform_on_both_sides_of_0_up_to_the_root_of_3_over_n(weight: Weight) -> None:
    net = weight('type: "xavier"', 400, 300)
    limit = float(np.sqrt(np.float32(3) / np.float32(300)))
    assert net.layers[1].params[0].distribution == fk.Uniform(-limit, limit)
    values = net.fill(seed=1)["x"].weight
    assert limit * 0.999 < values.max() <= limit
    assert -limit <= values.min() < -limit * 0.999


def test_its_limit_is_worked_out_in_the_nets_own_type(weight: Weight) -> None:
    param = weight('type: "xavier"', 4, 7).layers[1].params[0]
    assert param.distribution_in(np.float64) == fk.Uniform.symmetric(sqrt(3 / 7))
    assert param.distribution_in(np.float32) != param.distribution_in(np.float64)


@pytest.mark.parametrize("ignored", ["std: 0.01", "mean: 5", "value: 3", "min: 7 max: 6"])
def test_parameters_of_other_fillers_are_ignored(weight: Weight, ignored: str) -> None:
    plain, other = weight('type: "xavier"'), weight(f'type: "xavier" {ignored}')
    assert other.layers[1].params[0].distribution == plain.layers[1].params[0].distribution


def test_sparse_is_refused(weight: Weight) -> None:
    with pytest.raises(fk.FillerError, match="'xavier' does not know sparse"):
        weight('type: "xavier" sparse: 2')
