"""The gaussian_xavier filler."""

from __future__ import annotations

import pytest

import fillerkit as fk

from ..conftest import made, meant


def test_it_is_msra_unless_a_coefficient_is_said() -> None:
    assert (made("gaussian_xavier", (6, 50)) == made("msra", (6, 50))).all()


def test_the_coefficient_is_the_variance_times_the_fan_in() -> None:
    assert meant("gaussian_xavier(xavier_coeff=0.5)", (6, 50)).std == pytest.approx(0.1)


def test_a_coefficient_of_0_is_refused() -> None:
    with pytest.raises(fk.FillerError, match="xavier_coeff must be above 0"):
        meant("gaussian_xavier(xavier_coeff=0)", (6, 50))
