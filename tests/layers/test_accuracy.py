"""Accuracy: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_its_first_top_is_a_single_value(set_up: SetUp) -> None:
    assert set_up("Accuracy", (4, 10), (4,)).tops == (("t0", ()),)


def test_its_second_top_has_a_value_for_each_class(set_up: SetUp) -> None:
    assert set_up("Accuracy", (4, 10), (4,), tops=2).tops == (("t0", ()), ("t1", (10,)))


def test_its_axis_says_which_lengths_are_classes(set_up: SetUp) -> None:
    layer = set_up("Accuracy", (4, 5, 10), (4, 5), body="accuracy_param { axis: -1 }", tops=2)
    assert layer.tops[1] == ("t1", (10,))


def test_it_has_no_parameters(set_up: SetUp) -> None:
    assert set_up("Accuracy", (4, 10), (4,)).params == ()


def test_top_k_may_be_all_the_classes(set_up: SetUp) -> None:
    set_up("Accuracy", (4, 10), (4,), body="accuracy_param { top_k: 10 }")


def test_top_k_may_not_be_more_than_the_classes(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"top_k is 11.* 10 ") as caught:
        set_up("Accuracy", (4, 10), (4,), body="accuracy_param { top_k: 11 }")
    assert caught.value.field == "accuracy_param.top_k"


def test_each_place_needs_a_label(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="need 26 labels, not 2"):
        set_up("Accuracy", (2, 3, 13), (2,))


def test_it_takes_two_bottoms(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="2 bottoms, not 1"):
        set_up("Accuracy", (4, 10))
