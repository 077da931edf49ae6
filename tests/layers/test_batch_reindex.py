"""BatchReindex: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_its_top_has_an_item_for_each_number(set_up: SetUp) -> None:
    assert set_up("BatchReindex", (4, 3, 2), (9,)).tops == (("t0", (9, 3, 2)),)


@pytest.mark.parametrize("numbers", [(9, 2), (9, 1), ()])
def test_the_numbers_have_one_axis(set_up: SetUp, numbers: tuple[int, ...]) -> None:
    with pytest.raises(fk.LayerError, match="one axis"):
        set_up("BatchReindex", (4, 3, 2), numbers)


def test_it_takes_two_bottoms(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="2 bottoms, not 1"):
        set_up("BatchReindex", (4, 3, 2))
