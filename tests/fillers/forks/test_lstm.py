"""The lstm filler."""

from __future__ import annotations

import pytest

import fillerkit as fk

from ..conftest import made, meant


def test_the_second_quarter_has_the_bias_of_the_forget_gate() -> None:
    values = made("lstm(value=0.5, f_gate_bias=2)", (12,))
    assert values.tolist() == [0.5] * 3 + [2.0] * 3 + [0.5] * 6
    theory = meant("lstm(value=0.5, f_gate_bias=2)", (12,))
    assert theory.mean == pytest.approx(values.mean())
    assert theory.std == pytest.approx(values.std())


def test_all_is_0_unless_it_is_said() -> None:
    assert not made("lstm", (8,)).any()


def test_a_weight_is_refused() -> None:
    with pytest.raises(fk.FillerError, match="1 axis, not 4x3"):
        meant("lstm", (4, 3))
