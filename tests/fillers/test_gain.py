"""Gains, said or meant by the nonlinearity that follows."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt

import numpy as np
import pytest

import fillerkit as fk
from fillerkit.fillers.gain import gain
from fillerkit.schema.forks_pb2 import FillerParameter

from .conftest import meant

Weight = Callable[..., fk.Net]


def test_it_is_1_unless_said() -> None:
    assert gain(FillerParameter()) == 1


def test_it_is_what_is_said() -> None:
    assert gain(FillerParameter(gain=1.5)) == 1.5


@pytest.mark.parametrize(
    ("nonlinearity", "expected"),
    [
        ("linear", 1),
        ("sigmoid", 1),
        ("tanh", 5 / 3),
        ("relu", sqrt(2)),
        ("leaky_relu", sqrt(2 / (1 + 0.01**2))),
        ("selu", 0.75),
    ],
)
def test_a_nonlinearity_has_the_gain_of_pytorchs_table(nonlinearity: str, expected: float) -> None:
    assert gain(FillerParameter(nonlinearity=nonlinearity)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("slope", [0.25, 0.5, -1.0, 0.0])
def test_a_leaky_relu_has_the_gain_of_its_slope(slope: float) -> None:
    spec = FillerParameter(nonlinearity="leaky_relu", negative_slope=slope)
    assert gain(spec) == sqrt(2 / (1 + slope**2))


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.25, 1.0])
def test_the_gain_of_a_relu_is_what_keeps_the_mean_square_of_gaussians(slope: float) -> None:
    y = np.linspace(-12, 12, 100_001)
    density = np.exp(-(y**2) / 2) / sqrt(2 * pi)
    passed = np.where(y < 0, slope * y, y)
    kept = float(np.sum(passed**2 * density) * (y[1] - y[0]))
    spec = FillerParameter(nonlinearity="leaky_relu", negative_slope=slope)
    assert gain(spec) ** 2 * kept == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(
    "filler", ["xavier_normal", "orthogonal", "delta_orthogonal", "identity", "dirac"]
)
def test_it_multiplies_the_std(filler: str) -> None:
    shape = (4, 3) if filler == "identity" else (4, 3, 3)
    plain, scaled = meant(filler, shape), meant(f"{filler}(gain=2.5)", shape)
    assert scaled.mean == pytest.approx(2.5 * plain.mean)
    assert scaled.std == pytest.approx(2.5 * plain.std, rel=1e-6)


@pytest.mark.parametrize("filler", ["xavier_normal", "orthogonal", "delta_orthogonal"])
def test_a_nonlinearity_may_be_named_instead(filler: str) -> None:
    plain = meant(filler, (4, 3, 3))
    named = meant(f'{filler}(nonlinearity="tanh")', (4, 3, 3))
    assert named.std == pytest.approx(5 / 3 * plain.std, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ('gain: 2\n nonlinearity: "relu"', "nonlinearity", "remove one"),
        ('nonlinearity: "rely"', "nonlinearity", "unknown nonlinearity 'rely'.*'relu'"),
        ('nonlinearity: ""', "nonlinearity", "leaky_relu, linear, relu, selu, sigmoid, tanh"),
        ("gain: 0", "gain", "above 0 and finite, not 0"),
        ("gain: -1.5", "gain", "not -1.5"),
        ("gain: inf", "gain", "not inf"),
        ("gain: 1e39", "gain", "not inf"),
        ("gain: nan", "gain", "not nan"),
        ("negative_slope: 0.2", "negative_slope", "leaky_relu"),
        ('negative_slope: 0.2 nonlinearity: "relu"', "negative_slope", "leaky_relu"),
        ('nonlinearity: "leaky_relu" negative_slope: inf', "negative_slope", "finite, not inf"),
        ('nonlinearity: "leaky_relu" negative_slope: nan', "negative_slope", "finite, not nan"),
    ],
)
@pytest.mark.parametrize("filler", ["xavier_normal", "orthogonal"])
def test_what_makes_no_sense_is_refused_by_field(
    weight: Weight, filler: str, text: str, field: str, words: str
) -> None:
    with pytest.raises(fk.FillerError, match=words) as caught:
        weight(f'type: "{filler}"\n {text}')
    assert caught.value.field.endswith(field)
    assert caught.value.blob == "weight"


@pytest.mark.parametrize("filler", ["identity", "xavier_normal"])
@pytest.mark.parametrize("gain", ["0", "-1", "nan", "inf"])
def test_a_gain_that_makes_no_sense_is_refused_by_all(
    weight: Weight, filler: str, gain: str
) -> None:
    with pytest.raises(fk.FillerError, match="gain must be above 0") as caught:
        weight(f'type: "{filler}" gain: {gain}')
    assert caught.value.field.endswith("gain")


@pytest.mark.parametrize("filler", ["xavier", "msra", "lecun_normal", "msra_uniform"])
def test_a_gain_on_a_filler_that_has_none_is_told_of(filler: str) -> None:
    report = fk.check(f"""
        layer {{ name: "data" type: "Input" top: "data"
                 input_param {{ shape {{ dim: [1, 30] }} }} }}
        layer {{ name: "x" type: "InnerProduct" bottom: "data" top: "x"
                 inner_product_param {{ num_output: 30 bias_term: false
                                        weight_filler {{ type: "{filler}" gain: 2 }} }} }}
    """)
    assert "ignored-setting" in [found.code for found in report.warnings]
    assert not report.problems
