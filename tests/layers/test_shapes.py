"""What layer types ask of shapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.layers.shapes import (
    MAX_AXES,
    MAX_COUNT,
    axes4,
    canonical_axis,
    checked,
    count,
    equal_batch,
    equal_shapes,
    legacy_shape,
    positive,
    same_blob,
    shown,
)


def test_a_shape_is_shown_as_a_person_writes_it() -> None:
    assert shown((64, 1, 28, 28)) == "64x1x28x28"
    assert shown((7,)) == "7"
    assert shown(()) == "scalar"


@pytest.mark.parametrize(("shape", "expected"), [((2, 3), 6), ((), 1), ((2, 0), 0)])
def test_elements_are_counted(shape: tuple[int, ...], expected: int) -> None:
    assert count(shape) == expected


@pytest.mark.parametrize(("axis", "expected"), [(0, 0), (2, 2), (-1, 2), (-3, 0)])
def test_a_negative_axis_counts_from_the_end(axis: int, expected: int) -> None:
    assert canonical_axis(axis, (2, 3, 4), "p.axis") == expected


@pytest.mark.parametrize(("axis", "shape"), [(3, (2, 3, 4)), (-4, (2, 3, 4)), (0, ()), (-1, ())])
def test_an_axis_that_is_not_there_is_refused(axis: int, shape: tuple[int, ...]) -> None:
    with pytest.raises(fk.LayerError, match=shown(shape)) as caught:
        canonical_axis(axis, shape, "p.axis")
    assert caught.value.field == "p.axis"


def test_a_positive_value_passes() -> None:
    assert positive(3, "p.num_output") == 3


@pytest.mark.parametrize("value", [0, -1])
def test_any_other_value_is_refused_by_name(value: int) -> None:
    with pytest.raises(fk.LayerError, match=rf"num_output.*1 or more.* {value}$") as caught:
        positive(value, "p.num_output")
    assert caught.value.field == "p.num_output"


@pytest.mark.parametrize(
    "shape", [(), (0,), (2, 3), (MAX_COUNT,), (1,) * MAX_AXES, (65535, 32768), (0, 2**40)]
)
def test_a_shape_that_caffe_can_have_passes(shape: tuple[int, ...]) -> None:
    assert checked(shape, "it") == shape


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((2, -1), "negative axis: 2x-1"),
        ((2**31,), "2147483647"),
        ((65536, 32768), "2147483647"),
        ((1, 3, 60000, 60000), "1x3x60000x60000"),
        ((2**20, 2**20, 0), "2147483647"),
        ((1,) * 33, "33 axes"),
    ],
)
def test_a_shape_that_caffe_cannot_have_is_refused(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(fk.LayerError, match=f"^it .*{words}"):
        checked(shape, "it")


@given(st.lists(st.integers(1, 2**20), max_size=6))
def test_the_limit_is_on_the_number_of_elements(shape: list[int]) -> None:
    if count(shape) < 2**31:
        assert checked(shape, "it") == tuple(shape)
    else:
        with pytest.raises(fk.LayerError):
            checked(shape, "it")


def test_equal_shapes_pass() -> None:
    equal_shapes([(2, 3), (2, 3), (2, 3)])


def test_the_first_shape_that_differs_is_told() -> None:
    with pytest.raises(fk.LayerError, match=r"bottom 0 is 2x3, bottom 2 is 2x4"):
        equal_shapes([(2, 3), (2, 3), (2, 4)])


def test_equal_batches_pass() -> None:
    equal_batch([(2, 3), (2,)])


@pytest.mark.parametrize("bottoms", [[(2, 3), (3,)], [(2,), ()], [(), (2,)], [(), ()]])
def test_batches_that_differ_or_are_not_there_are_refused(
    bottoms: list[tuple[int, ...]],
) -> None:
    with pytest.raises(fk.LayerError, match="same first axis"):
        equal_batch(bottoms)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((), (1, 1, 1, 1)), ((2, 3), (2, 3, 1, 1)), ((2, 3, 4, 5), (2, 3, 4, 5))],
)
def test_axes_that_are_missing_are_1_for_caffes_older_layers(
    shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert legacy_shape(shape) == expected


def test_caffes_older_layers_know_four_axes_at_most() -> None:
    with pytest.raises(fk.LayerError, match=r"4 axes.*1x2x3x4x5"):
        legacy_shape((1, 2, 3, 4, 5))


def test_four_axes_pass() -> None:
    assert axes4((1, 2, 3, 4)) == (1, 2, 3, 4)


@pytest.mark.parametrize("shape", [(1, 2, 3), (1, 2, 3, 4, 5), ()])
def test_another_number_of_axes_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(fk.LayerError, match=f"4 axes.*not {shown(shape)}"):
        axes4(shape)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ((3, 1, 1, 1), (3, 1, 1, 1), True),
        ((64,), (1, 1, 1, 64), True),
        ((), (1, 1, 1, 1), True),
        ((10, 20), (1, 1, 10, 20), True),
        ((3, 1, 1, 1), (1, 3, 1, 1), False),
        ((64,), (64, 1, 1, 1), False),
        ((64,), (1, 64), False),
        ((2, 3, 4, 5, 6), (3, 4, 5, 6), False),
    ],
)
def test_a_stored_blob_may_lead_with_ones_up_to_four_axes(
    ours: tuple[int, ...], theirs: tuple[int, ...], same: bool
) -> None:
    assert same_blob(ours, theirs) == same
