"""Signals as charts of characters."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fillerkit.signals.chart import chart
from fillerkit.signals.result import Change, LayerSignal, Signal


def signal(strengths: Sequence[float], filler: str | None = None) -> Signal:
    """A signal with layers of these strengths, forward and backward."""
    layers = tuple(
        LayerSignal(
            f"ip{at}", "InnerProduct", (1, 2), True, True, False, rms, 0.0, rms, 0.0, gradient=rms
        )
        for at, rms in enumerate(strengths)
    )
    change = Change(strengths[-1] / strengths[0])
    return Signal("net", "TRAIN", filler, {}, 1, 16, "gaussian", layers, change, change)


def test_a_line_a_power_of_ten() -> None:
    lines = list(chart([signal([1.5, 0.15, 0.015, 0.0015])]))
    assert lines[1:5] == [
        "   10^0 |*",
        "  10^-1 |    *",
        "  10^-2 |        *",
        "  10^-3 |            *",
    ]


def test_where_two_meet_there_is_a_plus() -> None:
    lines = list(chart([signal([1, 1, 20], "a"), signal([1, 1, 1], "b")]))
    assert "   10^1 |        A" in lines
    assert "   10^0 |+   +   B" in lines


def test_what_spans_many_powers_has_few_lines_all_the_same() -> None:
    lines = list(chart([signal([10.0**-at for at in range(38)])]))
    assert len(lines) < 32


@pytest.mark.parametrize("width", [20, 40, 80])
def test_it_is_no_wider_than_it_may_be(width: int) -> None:
    for line in chart([signal([1.0] * 200)], width):
        assert "|" not in line or len(line) <= width


def test_what_is_not_finite_or_0_is_left_out() -> None:
    lines = list(chart([signal([1.0, 0.0, float("inf"), float("nan")])]))
    assert sum(line.count("*") for line in lines) == 2
    assert "nothing to draw" in next(iter(chart([signal([float("nan")] * 2)])))


def test_a_net_of_one_layer_has_no_depth() -> None:
    assert list(chart([signal([1.0])])) == []
