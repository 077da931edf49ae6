"""Filter: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("selector", [(4,), (4, 1), (4, 1, 1, 1)])
def test_until_the_forward_pass_its_tops_are_like_its_bottoms(
    set_up: SetUp, selector: tuple[int, ...]
) -> None:
    layer = set_up("Filter", (4, 3, 2), (4,), selector, tops=2)
    assert [shape for _, shape in layer.tops] == [(4, 3, 2), (4,)]


@pytest.mark.parametrize("selector", [(4, 2), (4, 1, 2), ()])
def test_the_selector_has_one_value_an_item(set_up: SetUp, selector: tuple[int, ...]) -> None:
    with pytest.raises(fk.LayerError, match="selector"):
        set_up("Filter", (4, 3), selector)


def test_the_selector_has_as_many_items_as_the_bottoms(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"bottom 1.*4"):
        set_up("Filter", (4, 3), (5, 3), (4,), tops=2)


@pytest.mark.parametrize("tops", [1, 3])
def test_every_bottom_but_the_selector_needs_a_top(set_up: SetUp, tops: int) -> None:
    with pytest.raises(fk.LayerError, match="top"):
        set_up("Filter", (4, 3), (4, 2), (4,), tops=tops)
