"""Softmax and its loss: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("body", ["", "softmax_param { axis: 0 }", "softmax_param { axis: -1 }"])
def test_a_softmax_is_like_its_bottom(set_up: SetUp, body: str) -> None:
    assert set_up("Softmax", (2, 3), body=body).tops == (("t0", (2, 3)),)


@pytest.mark.parametrize("axis", [2, -3])
def test_an_axis_that_its_bottom_lacks_is_refused(set_up: SetUp, axis: int) -> None:
    with pytest.raises(fk.LayerError, match=f"axis {axis} .*2x3") as caught:
        set_up("Softmax", (2, 3), body=f"softmax_param {{ axis: {axis} }}")
    assert caught.value.field == "softmax_param.axis"


def test_the_loss_is_a_single_value(set_up: SetUp) -> None:
    assert set_up("SoftmaxWithLoss", (2, 3), (2,)).tops == (("t0", ()),)


def test_the_loss_without_a_top_makes_one_itself(set_up: SetUp) -> None:
    assert set_up("SoftmaxWithLoss", (2, 3), (2,), tops=0).tops == (("(automatic)", ()),)


def test_a_second_top_of_the_loss_is_the_softmax(set_up: SetUp) -> None:
    weights = "loss_weight: 1 loss_weight: 0"
    layer = set_up("SoftmaxWithLoss", (2, 3, 5, 5), (2, 1, 5, 5), body=weights, tops=2)
    assert [shape for _, shape in layer.tops] == [(), (2, 3, 5, 5)]


def test_two_tops_need_two_loss_weights(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="loss_weight once for each of its 2 tops"):
        set_up("SoftmaxWithLoss", (2, 3), (2,), tops=2)


def test_the_loss_needs_a_label_for_each_place(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="need 286 labels, not 26"):
        set_up("SoftmaxWithLoss", (2, 3, 13, 11), (2, 13))


def test_the_loss_needs_one_batch(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="same first axis"):
        set_up("SoftmaxWithLoss", (2, 3), (1, 2))


def test_the_losss_axis_says_which_lengths_are_classes(set_up: SetUp) -> None:
    set_up("SoftmaxWithLoss", (2, 5, 3), (2, 5), body="softmax_param { axis: 2 }")
    with pytest.raises(fk.LayerError, match="need 6 labels, not 10"):
        set_up("SoftmaxWithLoss", (2, 5, 3), (2, 5))


INFOGAIN = 'infogain_loss_param { source: "H.binaryproto" }'


def test_an_infogain_loss_is_a_single_value(set_up: SetUp) -> None:
    assert set_up("InfogainLoss", (4, 10), (4,), body=INFOGAIN).tops == (("t0", ()),)


def test_the_matrix_of_an_infogain_loss_may_be_a_bottom(set_up: SetUp) -> None:
    assert set_up("InfogainLoss", (4, 10), (4,), (1, 1, 10, 10)).tops == (("t0", ()),)


def test_a_second_top_of_an_infogain_loss_is_the_softmax(set_up: SetUp) -> None:
    body = f"{INFOGAIN} loss_weight: 1 loss_weight: 0"
    layer = set_up("InfogainLoss", (4, 10), (4,), body=body, tops=2)
    assert layer.tops[1] == ("t1", (4, 10))


@pytest.mark.parametrize(
    ("bottoms", "words"),
    [
        ([(4, 10), (4,)], "matrix"),
        ([(4, 10), (4,), (9, 9)], "10x10"),
        ([(4, 10), (5,), (10, 10)], "same first axis"),
        ([(4, 10, 2), (4,), (10, 10)], "need 8 labels"),
    ],
)
def test_an_infogain_loss_refuses_what_does_not_fit(
    set_up: SetUp, bottoms: list[tuple[int, ...]], words: str
) -> None:
    with pytest.raises(fk.LayerError, match=words):
        set_up("InfogainLoss", *bottoms)
