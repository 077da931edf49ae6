"""Slice: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def text(body: str) -> str:
    return f"slice_param {{ {body} }}"


@pytest.mark.parametrize(
    ("body", "tops"),
    [
        ("", [(4, 3), (4, 3)]),
        ("axis: 0", [(2, 6), (2, 6)]),
        ("axis: -2", [(2, 6), (2, 6)]),
        ("slice_dim: 0", [(2, 6), (2, 6)]),
        ("slice_point: 1", [(4, 1), (4, 5)]),
        ("slice_point: [1, 3]", [(4, 1), (4, 2), (4, 3)]),
        ("slice_point: 6", [(4, 6), (4, 0)]),
        ("", [(4, 6)]),
    ],
)
def test_lengths_are_cut_at_its_points_or_evenly(
    set_up: SetUp, body: str, tops: list[tuple[int, ...]]
) -> None:
    layer = set_up("Slice", (4, 6), body=text(body), tops=len(tops))
    assert [shape for _, shape in layer.tops] == tops


@pytest.mark.parametrize(
    ("body", "tops", "words", "field"),
    [
        ("", 4, "4 tops do not divide axis 1 of 4x6", ""),
        ("slice_point: 1", 3, "3 tops need 2 slice_points, not 1", "slice_point"),
        ("slice_point: [1, 2]", 2, "2 tops need 1 slice_points, not 2", "slice_point"),
        ("slice_point: [4, 2]", 3, "4, 2 must rise", "slice_point"),
        ("slice_point: [2, 2]", 3, "2, 2 must rise", "slice_point"),
        ("slice_point: 0", 2, "must rise from 1", "slice_point"),
        ("slice_point: 7", 2, "at most 6", "slice_point"),
        ("slice_point: [1, 2, 3, 4, 5, 6]", 7, "must rise", "slice_point"),
        ("axis: 2", 2, "axis 2 .*4x6", "axis"),
        ("slice_dim: 2", 2, "slice_dim 2 .*4x6", "slice_dim"),
        ("axis: 1 slice_dim: 1", 2, "axis and slice_dim", "slice_dim"),
    ],
)
def test_cuts_that_do_not_fit_are_refused(
    set_up: SetUp, body: str, tops: int, words: str, field: str
) -> None:
    with pytest.raises(fk.LayerError, match=words) as caught:
        set_up("Slice", (4, 6), body=text(body), tops=tops)
    assert caught.value.field == (f"slice_param.{field}" if field else "")


@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_concat_puts_together_what_slice_cut(lengths: list[int]) -> None:
    points = list(accumulate(lengths))[:-1]
    names = [f"s{i}" for i in range(len(lengths))]
    tops, bottoms = (" ".join(f'{w}: "{n}"' for n in names) for w in ("top", "bottom"))
    net = fk.load_net(f"""
        layer {{ name: "a" type: "Input" top: "a"
                 input_param {{ shape {{ dim: [2, {sum(lengths)}, 3] }} }} }}
        layer {{ name: "s" type: "Slice" bottom: "a" {tops}
                 slice_param {{ slice_point: {points} }} }}
        layer {{ name: "c" type: "Concat" {bottoms} top: "c" }}
    """)
    assert [shape[1] for _, shape in net.layers[1].tops] == lengths
    assert net.layers[2].tops == (("c", (2, sum(lengths), 3)),)
