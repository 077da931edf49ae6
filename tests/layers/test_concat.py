"""Concat: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(
    ("body", "bottoms", "top"),
    [
        ("", [(2, 3, 4), (2, 5, 4)], (2, 8, 4)),
        ("", [(2, 3), (2, 1), (2, 0)], (2, 4)),
        ("concat_param { axis: 0 }", [(2, 3), (4, 3)], (6, 3)),
        ("concat_param { axis: -1 }", [(2, 3, 4), (2, 3, 1)], (2, 3, 5)),
        ("concat_param { axis: 2 }", [(2, 3, 4), (2, 3, 1)], (2, 3, 5)),
        ("concat_param { concat_dim: 0 }", [(2, 3), (4, 3)], (6, 3)),
        ("", [(2, 3)], (2, 3)),
    ],
)
def test_lengths_add_up_along_its_axis(
    set_up: SetUp, body: str, bottoms: list[tuple[int, ...]], top: tuple[int, ...]
) -> None:
    assert set_up("Concat", *bottoms, body=body).tops == (("t0", top),)


@pytest.mark.parametrize(
    "bottoms", [[(2, 3, 13, 11), (2, 3, 14, 11)], [(2, 3, 13, 11), (2, 3, 13)], [(2, 3), (3, 3)]]
)
def test_bottoms_that_differ_elsewhere_are_refused_with_both_shapes(
    set_up: SetUp, bottoms: list[tuple[int, ...]]
) -> None:
    with pytest.raises(fk.LayerError) as caught:
        set_up("Concat", *bottoms)
    for shape in bottoms:
        assert "x".join(map(str, shape)) in caught.value.message


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("axis: 2", "concat_param.axis"),
        ("axis: -3", "concat_param.axis"),
        ("concat_dim: 2", "concat_param.concat_dim"),
    ],
)
def test_an_axis_that_its_bottom_lacks_is_refused(set_up: SetUp, body: str, field: str) -> None:
    with pytest.raises(fk.LayerError, match="2x3") as caught:
        set_up("Concat", (2, 3), (2, 3), body=f"concat_param {{ {body} }}")
    assert caught.value.field == field


def test_axis_and_its_old_name_at_once_are_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="axis and concat_dim"):
        set_up("Concat", (2, 3), (2, 3), body="concat_param { axis: 1 concat_dim: 1 }")


def test_it_takes_a_bottom_at_least(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="bottom"):
        set_up("Concat")
