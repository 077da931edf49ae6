"""LSTMUnit: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_it_makes_the_next_cell_and_the_output(set_up: SetUp) -> None:
    layer = set_up("LSTMUnit", (1, 3, 5), (1, 3, 20), (1, 3), tops=2)
    assert [shape for _, shape in layer.tops] == [(1, 3, 5)] * 2


@pytest.mark.parametrize(
    "bottoms",
    [
        [(2, 3, 5), (2, 3, 20), (2, 3)],
        [(3, 5), (1, 3, 20), (1, 3)],
        [(1, 3, 5), (1, 3, 15), (1, 3)],
        [(1, 3, 5), (1, 4, 20), (1, 3)],
        [(1, 3, 5), (1, 3, 20), (1, 4)],
        [(1, 3, 5), (1, 3, 20), (3,)],
    ],
)
def test_bottoms_that_do_not_fit_are_refused(set_up: SetUp, bottoms: list[tuple[int, ...]]) -> None:
    with pytest.raises(fk.LayerError, match="bottom"):
        set_up("LSTMUnit", *bottoms, tops=2)
