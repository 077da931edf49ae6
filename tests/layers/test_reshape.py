"""Reshape: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def text(dims: object, rest: str = "") -> str:
    return f"reshape_param {{ shape {{ dim: {dims} }} {rest} }}"


@pytest.mark.parametrize(
    ("dims", "rest", "top"),
    [
        ([2, 3, 4], "", (2, 3, 4)),
        ([4, 6], "", (4, 6)),
        ([24], "", (24,)),
        ([0, 0, 2, 2], "", (2, 3, 2, 2)),
        ([0, -1], "", (2, 12)),
        ([-1], "", (24,)),
        ([-1, 0], "", (8, 3)),
        ([3, 2, 2], "axis: 1", (2, 3, 2, 2)),
        ([6], "axis: 0 num_axes: 2", (6, 4)),
        ([1], "axis: 1 num_axes: 0", (2, 1, 3, 4)),
        ([1], "axis: 3 num_axes: 0", (2, 3, 4, 1)),
        ([1], "axis: -1 num_axes: 0", (2, 3, 4, 1)),
        ([2, -1], "axis: -2", (2, 3, 2, 2)),
        ([], "axis: 3", (2, 3, 4)),
    ],
)
def test_axes_from_axis_on_get_new_lengths(
    set_up: SetUp, dims: list[int], rest: str, top: tuple[int, ...]
) -> None:
    assert set_up("Reshape", (2, 3, 4), body=text(dims, rest)).tops == (("t0", top),)


@pytest.mark.parametrize(
    ("dims", "rest", "words", "field"),
    [
        ([7, 7], "", "7x7 with 49 elements.*2x3x4.*24", "shape.dim"),
        ([-1, 11], "", "11 elements.*24", "shape.dim"),
        ([-1, -1], "", "-1 is given twice", "shape.dim"),
        ([2, 3, 4, 0], "", "no axis 3", "shape.dim"),
        ([2, -1, 0, 0], "", "no axis 3", "shape.dim"),
        ([24], "axis: 4", "axis 4", "axis"),
        ([24], "axis: -5", "axis -5", "axis"),
        ([24], "num_axes: 4", "num_axes 4", "num_axes"),
        ([24], "axis: 2 num_axes: 2", "num_axes 2 from axis 2", "num_axes"),
        ([24], "num_axes: -2", "num_axes -2", "num_axes"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused(
    set_up: SetUp, dims: list[int], rest: str, words: str, field: str
) -> None:
    with pytest.raises(fk.LayerError, match=words) as caught:
        set_up("Reshape", (2, 3, 4), body=text(dims, rest))
    assert caught.value.field == f"reshape_param.{field}"


def test_two_negative_lengths_whose_product_fits_are_refused_all_the_same(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="negative axis"):
        set_up("Reshape", (2, 3), body=text([-2, -3]))


def test_nothing_can_be_worked_out_beside_a_length_of_0(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="0"):
        set_up("Reshape", (2, 0), body=text([-1, 0]))


def test_it_cannot_work_in_place() -> None:
    with pytest.raises(fk.LayerError, match="in place"):
        fk.load_net(
            'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [2, 3] } } }'
            'layer { name: "r" type: "Reshape" bottom: "a" top: "a" '
            "reshape_param { shape { dim: 6 } } }"
        )


@given(shape=st.lists(st.integers(1, 4), max_size=4), data=st.data(), num_axes=st.integers(0, 4))
def test_what_is_worked_out_keeps_the_number_of_elements(
    shape: list[int], data: st.DataObject, num_axes: int
) -> None:
    axis = data.draw(st.integers(0, len(shape)))
    num_axes = min(num_axes, len(shape) - axis)
    dims = data.draw(st.permutations([*shape[axis : axis + num_axes], 1]))
    dims[data.draw(st.integers(0, len(dims) - 1))] = -1
    net = fk.load_net(f"""
        layer {{ name: "a" type: "Input" top: "a" input_param {{ shape {{ dim: {shape} }} }} }}
        layer {{ name: "b" type: "Reshape" bottom: "a" top: "b"
                 {text(dims, f"axis: {axis} num_axes: {num_axes}")} }}
    """)
    top = net.layers[1].tops[0][1]
    assert prod(top) == prod(shape)
    assert len(top) == len(shape) + 1
