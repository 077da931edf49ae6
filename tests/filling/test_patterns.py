"""Layers chosen by patterns of their names."""

from __future__ import annotations

import pytest

import fillerkit as fk
from fillerkit.filling.patterns import Chosen


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], "abc"),
        (["a", "b"], "ab"),
        (["!a"], "bc"),
        (["*", "!*", "c"], "c"),
        (["[ab]", "!b"], "a"),
    ],
)
def test_patterns_choose_and_take_out_one_after_the_other(patterns: list[str], chosen: str) -> None:
    assert "".join(name for name in "abc" if name in Chosen(patterns)) == chosen


def test_a_pattern_that_fits_nothing_is_a_slip() -> None:
    with pytest.raises(fk.UsageError, match="no layer of the net has a name that '!conv' "):
        Chosen(["!conv"]).check_used(["conv1"], "the net")
    Chosen([]).check_used([], "the net")
