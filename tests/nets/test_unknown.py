"""Layers of which fillerkit cannot know what they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from layer_of_text import blobs_of
from net_texts import INPUT, layer, refusal

import fillerkit as fk

PYTHON = 'python_param { module: "m" layer: "L" }'


def test_layers_of_unknown_types_and_of_unknown_code_are_told_in_one_error() -> None:
    text = (
        INPUT
        + 'layer { name: "m" type: "Mine" bottom: "data" top: "m" }\n'
        + 'layer { name: "p" type: "Python" bottom: "m" top: "p" top: "q" '
        + 'python_param { module: "a" layer: "B" } }\n'
    )
    with pytest.raises(fk.UnknownLayers) as caught:
        fk.load_net(text)
    assert "Mine 'm': shapes={'m': (N, C, H, W)}" in caught.value.message
    assert "Python 'p': shapes={'p': (N, C, H, W), 'q': (N, C, H, W)}" in caught.value.message
    net = fk.load_net(
        text, shapes={"m": (1,), "p": (2,), "q": (3,)}, params={"m": ["4:xavier"], "p": ["2x3"]}
    )
    assert [param.shape for layer in net.layers for param in layer.params] == [(4,), (2, 3)]


def test_a_layer_of_unknown_code_is_not_offered_to_be_read_as_another_type() -> None:
    text = INPUT + layer("p", "data > p", "Python", PYTHON) + layer("q", "p > q", "MyPython")
    message = refusal(text + layer("ip", "q > ip")).message
    assert "Python 'p'" in message
    assert "types=" not in message


def test_an_unknown_type_is_refused_at_the_type() -> None:
    error = refusal(INPUT + 'layer { name: "x" bottom: "data" top: "x"\n type: "Fooification" }')
    assert "'Fooification'" in error.message
    assert error.line == 3


def test_what_python_code_makes_is_asked_of_the_caller() -> None:
    asked = []

    def plan(index: int, message: Any, shapes: Sequence[tuple[int, ...]]) -> fk.Plan:
        asked.append((index, message.python_param.layer, list(shapes)))
        return fk.Plan([(7,)], [fk.Param("", (2, 3))])

    text = INPUT + layer("p", "data > p", "Python", PYTHON) + layer("r", "p > r")
    net = fk.load_net(text, python_layers=plan)
    assert asked == [(1, "L", [(2, 6)])]
    assert net.layers[2].tops == (("r", (7,)),)
    assert net.layers[1].params[0].shape == (2, 3)


def test_the_caller_is_not_asked_for_what_the_shapes_say() -> None:
    def plan(*asked: object) -> fk.Plan:
        raise AssertionError(asked)

    text = INPUT + layer("p", "data > p", "Python", PYTHON)
    net = fk.load_net(text, shapes={"p": (3,)}, python_layers=plan)
    assert net.layers[1].tops == (("p", (3,)),)


def test_a_caller_that_does_not_know_leaves_it_to_what_is_known() -> None:
    known = 'python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" }'
    text = INPUT + layer("p", "data data data > rois", "Python", known)
    net = fk.load_net(text, python_layers=lambda *_: None)
    assert net.layers[1].tops[0][1][-1] == 5
    unknown = INPUT + layer("p", "data > p", "Python", PYTHON)
    with pytest.raises(fk.LayerError, match=r"shapes=\{'p':"):
        fk.load_net(unknown, python_layers=lambda *_: None)


def test_an_unknown_type_is_refused_with_the_nearest() -> None:
    error = refusal(INPUT + layer("c", "data > c", "Convolutoin"))
    assert "did you mean 'Convolution'" in error.message
    assert error.field == "type"


def test_an_unknown_type_like_no_other_says_where_all_are_listed() -> None:
    assert "fillerkit layers" in refusal(INPUT + layer("q", "data > q", "Qqq")).message


def test_a_missing_type_is_refused_as_missing() -> None:
    assert "no type" in refusal(INPUT + 'layer { name: "n" bottom: "data" top: "n" }').message


def test_an_error_says_of_each_unknown_layer_what_is_to_be_given() -> None:
    text = INPUT + layer("m", "data > m x", "Mine") + layer("p", "m > p", "Python", PYTHON)
    error = refusal(text + layer("end", "p", "End"), shapes={"x": (1,)})
    assert isinstance(error, fk.UnknownLayers)
    lengths = ("N", "C", "H", "W")
    assert [tuple(each) for each in error.unknown] == [
        ("m", "Mine", {"m": lengths}, 2),
        ("p", "Python", {"p": lengths}, 3),
        ("end", "End", {}, 4),
    ]
    assert error.shapes == {"m": lengths, "p": lengths}


def test_a_layer_without_tops_is_asked_for_its_parameters() -> None:
    assert (
        "params={'end': ['64x3x3x3:xavier']}"
        in refusal(INPUT + layer("end", "data", "End")).message
    )


UNKNOWN = (
    'layer { name: "u" type: "Mystery" top: "a" }\n'
    'layer { name: "v" type: "Riddle" bottom: "a" top: "c" }\n'
)


def test_all_unknown_layers_are_named_at_once_with_what_to_add() -> None:
    with pytest.raises(fk.UnknownLayers) as refusal:
        fk.load_net(UNKNOWN)
    for word in ("Mystery 'u': shapes={'a'", "Riddle 'v': shapes={'c'", "line 2", "params="):
        assert word in refusal.value.message


def test_an_unknown_layer_does_with_its_tops_and_may_have_parameters() -> None:
    net = fk.load_net(
        UNKNOWN,
        shapes={"a": (2, 3), "c": (2, 4)},
        params={"v": ["4x3:gaussian(std=0.5)", "4"]},
    )
    assert blobs_of(net.layers[1]) == [(4, 3), (4,)]
    assert net.layers[1].params[0].distribution == fk.Gaussian(0, 0.5)
    assert (net.fill(1)["v"][1] == 0).all()


def test_a_question_mark_for_what_an_unknown_layer_makes_is_told_to_need_a_number() -> None:
    with pytest.raises(fk.UnknownLayers) as refusal:
        fk.load_net(UNKNOWN, shapes={"a": (2, 3), "c": (None, 4)})
    assert (
        "unknown layer type 'Riddle', so the net does not tell what a ? in shapes of 'c' is; "
        "give numbers: shapes={'c'"
    ) in refusal.value.message
    with pytest.raises(fk.UnknownLayers, match=r"letters and for each \? of 'c' \(and"):
        fk.load_net(UNKNOWN, shapes={"c": (None, 4)})


@pytest.mark.parametrize("top", ["", 'top: "t"'])
def test_a_misspelt_type_is_refused_with_and_without_tops(top: str) -> None:
    text = f'layer {{ name: "r" type: "SoftmaxWithLos" {top} }}\n'
    with pytest.raises(fk.LayerError, match="'SoftmaxWithLoss'"):
        fk.load_net(text)


@pytest.mark.parametrize(
    ("blob", "error", "words"),
    [
        ("4x3:gausian", fk.FillerError, r"its blob \(4x3\): unknown .* did you mean 'gaussian'"),
        ("4x3:gaussian(sdt=1)", fk.UsageError, "has no field 'sdt'"),
        ("4,3:xavier", fk.UsageError, "is not a shape and a filler"),
        (":xavier", fk.UsageError, "is not a shape and a filler"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(
    blob: str, error: type[fk.FillerkitError], words: str
) -> None:
    with pytest.raises(error, match=words):
        fk.load_net(UNKNOWN, shapes={"a": (2, 3), "c": (2, 4)}, params={"v": [blob]})


IN_PLACE = INPUT + layer("s", "data > data", "Wobble") + layer("r", "data > r", "ReLU")


def test_a_layer_of_unknown_type_that_works_in_place_is_as_its_bottom() -> None:
    net = fk.load_net(IN_PLACE)
    assert net.layers[1].tops == net.layers[0].tops
    assert "'s' is of a type that is not known, Wobble; it works in place" in net.notes[0]


def test_a_slip_in_the_type_of_a_layer_in_place_is_refused() -> None:
    assert "did you mean 'ReLU'" in refusal(IN_PLACE.replace("Wobble", "Relu")).message


def test_strict_layers_refuses_what_works_in_place_too() -> None:
    assert "Wobble" in refusal(IN_PLACE, strict_layers=True).message


@pytest.mark.parametrize(
    ("made", "lengths"),
    [
        (layer("m", "data > out", "Mine", "loss_weight: 1"), ["out=1"]),
        (layer("m", "data > loss/loss", "Mine"), ["loss/loss=1"]),
        (layer("m", "data > out prob", "MineLoss"), ["out=1", "prob=N,C,H,W"]),
        (layer("m", "data > loss1/conv", "Mine"), ["loss1/conv=N,C,H,W"]),
        (layer("m", "data > x", "MineLoss", "loss_weight: 0"), ["x=N,C,H,W"]),
        (layer("m", " > images gt_label", "MineData"), ["images=N,C,H,W", "gt_label=N"]),
        (
            layer("m", " > labeled_data label_map", "MineData"),
            ["labeled_data=N,C,H,W", "label_map=N,C,H,W"],
        ),
    ],
)
def test_losses_are_asked_for_as_one_number_and_labels_as_one_an_image(
    made: str, lengths: list[str]
) -> None:
    tops = [name.partition("=")[0] for name in lengths]
    error = refusal(INPUT + made + "".join(layer(f"r{top}", f"{top} > r{top}") for top in tops))
    assert isinstance(error, fk.UnknownLayers)
    asked = [f"{top}={','.join(map(str, shape))}" for top, shape in error.shapes.items()]
    assert asked == lengths
