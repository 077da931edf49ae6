"""Fan-in and fan-out."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.fillers.fan import fan
from fillerkit.schema.forks_pb2 import FillerParameter

SHAPES = st.lists(st.integers(1, 20), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("shape", "inward", "outward"),
    [
        ((500, 800), 800, 500),
        ((20, 1, 5, 5), 25, 500),
        ((96, 3, 11, 11), 363, 11616),
        ((256, 48, 5, 5), 1200, 6400),
        ((10,), 1, 10),
        ((4, 3, 2, 2, 2), 24, 32),
    ],
)
def test_fans_are_counts_over_the_first_and_the_second_length(
    shape: tuple[int, ...], inward: int, outward: int
) -> None:
    assert (fk.fan_in(shape), fk.fan_out(shape)) == (inward, outward)


@given(SHAPES)
def test_fan_in_times_the_first_length_is_the_count(shape: list[int]) -> None:
    assert fk.fan_in(shape) * shape[0] == prod(shape)


@given(SHAPES)
def test_fan_out_times_the_second_length_is_the_count(shape: list[int]) -> None:
    second = shape[1] if len(shape) > 1 else 1
    assert fk.fan_out(shape) * second == prod(shape)


def test_a_single_value_has_no_fan_in() -> None:
    with pytest.raises(fk.FillerError, match="axes"):
        fk.fan_in(())


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        (FillerParameter.FAN_IN, 6),
        (FillerParameter.FAN_OUT, 9),
        (FillerParameter.AVERAGE, 7.5),
    ],
)
def test_variance_norm_chooses_the_fan(norm: FillerParameter.VarianceNorm, expected: float) -> None:
    spec = FillerParameter(variance_norm=norm)
    assert fan(spec, (3, 2, 3), np.float32) == expected


def test_the_fan_in_is_meant_unless_said() -> None:
    assert fan(FillerParameter(), (3, 2, 3), np.float32) == 6


def test_a_fan_is_of_the_type_that_the_net_computes_in() -> None:
    many = (1, 2**24 + 1)
    assert fan(FillerParameter(), many, np.float32) == 2**24
    assert fan(FillerParameter(), many, np.float64) == 2**24 + 1
