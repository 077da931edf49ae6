"""What layers may be connected to: bottoms, tops, in place, losses."""

from __future__ import annotations

import pytest
from net_texts import INPUT, layer, refusal

import fillerkit as fk


def test_blobs_that_no_layer_takes_are_outputs_in_alphabetical_order() -> None:
    net = fk.load_net(INPUT + layer("b", "data > z") + layer("a", "data > y"))
    assert net.outputs == ("y", "z")


def test_a_blob_changed_in_place_is_an_output_still() -> None:
    net = fk.load_net(INPUT + layer("a", "data > a") + layer("b", "a > a"))
    assert net.outputs == ("a",)


def test_a_bottom_like_a_known_blob_is_refused_with_that() -> None:
    error = refusal(INPUT + layer("r", "dta > r"))
    assert "'dta'" in error.message
    assert "did you mean 'data'?" in error.message
    assert (error.layer, error.line) == ("r", 2)


def test_a_bottom_that_a_later_layer_makes_is_refused_with_that_layer() -> None:
    message = refusal(INPUT + layer("r", "late > r") + layer("maker", "data > late")).message
    assert "'maker'" in message
    assert "before" in message


def test_a_bottom_of_a_layer_that_is_left_out_is_refused_with_layer_and_phase() -> None:
    out = layer("maker", "data > x", rest="include { phase: TEST }")
    message = refusal(INPUT + out + layer("r", "x > r")).message
    assert "'maker'" in message
    assert "phase TRAIN" in message


def test_a_bottom_that_nothing_makes_is_refused() -> None:
    assert "'nowhere'" in refusal(INPUT + layer("r", "nowhere > r")).message


def test_a_layer_cannot_take_its_own_top() -> None:
    assert "'r'" in refusal(INPUT + layer("r", "r > r")).message


def test_a_top_that_another_layer_makes_is_refused_with_that_layer() -> None:
    error = refusal(INPUT + layer("first", "data > t") + layer("second", "data > t"))
    assert "'t'" in error.message
    assert "'first'" in error.message
    assert error.layer == "second"


def test_a_top_given_twice_in_one_layer_is_refused() -> None:
    assert "'t'" in refusal(INPUT + layer("s", "data > t t", "Slice")).message


def test_an_input_cannot_be_made_again() -> None:
    assert "'data'" in refusal(INPUT + INPUT).message


def test_a_layer_may_change_its_bottom_in_place() -> None:
    net = fk.load_net(INPUT + layer("a", "data > a") + layer("b", "a > a") + layer("c", "a > c"))
    assert net.layers[2].tops == (("a", (2, 6)),)


def test_layers_in_a_row_may_change_one_blob_in_place() -> None:
    text = INPUT + layer("a", "data > a")
    net = fk.load_net(text + "".join(layer(name, "a > a") for name in "bcd"))
    assert net.outputs == ("a",)


def test_what_is_changed_in_place_may_be_taken_twice_afterwards() -> None:
    chain = layer("a", "data > a") + layer("b", "a > a")
    fk.load_net(INPUT + chain + layer("c", "a > c") + layer("d", "a > d"))


@pytest.mark.parametrize("first", [True, False])
def test_what_another_layer_takes_too_cannot_be_changed_in_place(first: bool) -> None:
    change, other = layer("change", "data > data"), layer("other", "data > other")
    if not first:
        # The layer that comes later takes the blob as it is after the change.
        fk.load_net(INPUT + change + other)
        return
    error = refusal(INPUT + other + change)
    assert error.layer == "change"
    assert "in place" in error.message
    assert "'data'" in error.message


def test_a_blob_taken_twice_by_one_layer_cannot_be_changed_in_place() -> None:
    assert "in place" in refusal(INPUT + layer("e", "data data > data", "Eltwise")).message


def test_a_blob_with_a_loss_weight_cannot_be_changed_in_place() -> None:
    text = INPUT + layer("a", "data > a", rest="loss_weight: 1")
    assert "in place" in refusal(text + layer("b", "a > a")).message


def test_a_loss_weight_of_0_does_not_hinder() -> None:
    fk.load_net(INPUT + layer("a", "data > a", rest="loss_weight: 0") + layer("b", "a > a"))


def test_only_a_bottom_at_the_same_position_is_in_place() -> None:
    text = INPUT + layer("a", "data > a") + layer("b", "data > b")
    fk.load_net(text + layer("e", "a b > a", "Eltwise"))
    assert "made by layer 'b'" in refusal(text + layer("e", "a b > b", "Eltwise")).message


@pytest.mark.parametrize(
    ("wires", "kind", "words"),
    [
        (" > r", "ReLU", "1 bottom, not 0"),
        ("data data > r", "ReLU", "1 bottom, not 2"),
        ("data > r s", "ReLU", "1 top, not 2"),
        ("data > ", "ReLU", "1 top, not 0"),
        ("data > e", "EuclideanLoss", "2 bottoms, not 1"),
        ("data > x", "Input", "no bottoms, not 1"),
        ("data > a b c", "Pooling", "1 to 2 tops, not 3"),
    ],
)
def test_another_number_of_bottoms_or_tops_is_refused(wires: str, kind: str, words: str) -> None:
    assert words in refusal(INPUT + layer("r", wires, kind)).message


@pytest.mark.parametrize(("count", "fine"), [(0, True), (1, True), (2, False)])
def test_propagate_down_is_given_once_a_bottom_or_not_at_all(count: int, fine: bool) -> None:
    text = INPUT + layer("r", "data > r", rest="propagate_down: true " * count)
    if fine:
        fk.load_net(text)
    else:
        assert "propagate_down" in refusal(text).message


@pytest.mark.parametrize(("count", "fine"), [(0, True), (1, True), (2, False)])
def test_loss_weights_are_given_once_a_top_or_not_at_all(count: int, fine: bool) -> None:
    text = INPUT + layer("r", "data > r", rest="loss_weight: 1 " * count)
    if fine:
        fk.load_net(text)
    else:
        error = refusal(text)
        assert "loss_weight" in error.message
        assert error.field == "loss_weight"


def test_a_top_that_a_loss_makes_itself_is_no_output() -> None:
    label = INPUT.replace('"data"', '"label"')
    net = fk.load_net(INPUT + label + layer("l", "data label", "EuclideanLoss"))
    assert net.layers[2].tops == (("(automatic)", ()),)
    assert net.outputs == ()


def test_two_losses_may_both_make_their_tops_themselves() -> None:
    text = INPUT + INPUT.replace('"data"', '"label"')
    net = fk.load_net(text + layer("l", "data label", "EuclideanLoss") * 2)
    assert [each.tops for each in net.layers[2:]] == [(("(automatic)", ()),)] * 2


def test_a_shape_given_for_a_blob_whose_layer_is_known_has_to_be_the_one_it_has() -> None:
    text = INPUT + layer("r", "data > r")
    shape = fk.load_net(text).layers[1].tops[0][1]
    assert fk.load_net(text, shapes={"r": shape}).layers[1].tops == (("r", shape),)
    with pytest.raises(fk.LayerError, match=r"layer 'r' .*makes 'r' as .*, but 7x1 is given"):
        fk.load_net(text, shapes={"r": (7, 1)})


def test_a_top_larger_than_a_blob_of_caffe_is_refused() -> None:
    assert "2147483647" in refusal(INPUT.replace("[2, 6]", "[1, 3, 60000, 60000]")).message
