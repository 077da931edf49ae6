"""What a person states of a layer whose type is known."""

from __future__ import annotations

import pytest
from net_texts import INPUT, PRODUCT, layer, refusal

import fillerkit as fk

LANES = """
layer { name: "data" type: "AnnotatedData" top: "data" top: "label" top: "seg"
        data_param { source: "lmdb" batch_size: 2 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "y"
        convolution_param { num_output: 2 kernel_size: 3 weight_filler { type: "msra" } } }
"""
SHAPES = {"data": (2, 3, 16, 16), "label": (1, 1, 1, 8), "seg": (2, 1, 16, 16)}


def test_tops_that_a_fork_added_hold_as_they_are_given() -> None:
    net = fk.load_net(LANES, shapes=SHAPES)
    assert dict(net.layers[0].tops) == SHAPES
    assert "its 3 tops are as given, though the type makes 1 to 2 tops here" in net.notes[0]


def test_the_draws_of_the_type_are_taken_all_the_same() -> None:
    two = LANES.replace(' top: "seg"', "")
    ours = fk.load_net(LANES, shapes=SHAPES).fill(3)["conv"].weight
    shapes = {name: SHAPES[name] for name in ("data", "label")}
    assert ours.tobytes() == fk.load_net(two, shapes=shapes).fill(3)["conv"].weight.tobytes()


def test_another_number_of_tops_without_their_shapes_is_refused() -> None:
    with pytest.raises(fk.LayerError, match="takes 1 to 2 tops, not 3"):
        fk.load_net(LANES, shapes={"data": (2, 3, 16, 16)})


IMAGES = INPUT.replace("[2, 6]", "[2, 3, 8, 8]")
CONVOLUTION = 'convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } }'
OFFSETS = IMAGES + layer("c", "data data > c", "Convolution", CONVOLUTION)


def test_bottoms_that_a_fork_added_hold_with_the_shapes_of_all_tops() -> None:
    plain = IMAGES + layer("c", "data > c", "Convolution", CONVOLUTION)
    net = fk.load_net(OFFSETS, shapes={"c": (2, 4, 6, 6)})
    assert net.fill(3)["c"].weight.tobytes() == fk.load_net(plain).fill(3)["c"].weight.tobytes()
    assert net.notes == (
        "layer 'c' (Convolution): its 2 bottoms are as given, though the type takes 1 bottom here",
    )


@pytest.mark.parametrize(
    ("wires", "kind", "said"),
    [
        ("data > x", "Accuracy", "its 1 bottom is as given, though the type takes 2 bottoms"),
        ("data > x", "Eltwise", "its 1 bottom is as given, though the type takes 2 bottoms or"),
        (
            "data data > x y z",
            "Slice",
            "its 2 bottoms are as given, though the type takes 1 bottom",
        ),
        (" > x", "ReLU", "its 0 bottoms are as given, though the type takes 1 bottom here"),
    ],
)
def test_a_type_without_parameters_may_have_any_number_of_bottoms(
    wires: str, kind: str, said: str
) -> None:
    shapes = dict.fromkeys(wires.partition(">")[2].split(), (5, 2))
    net = fk.load_net(IMAGES + layer("a", wires, kind), shapes=shapes)
    assert dict(net.layers[1].tops) == shapes
    assert said in net.notes[0]


def test_another_number_of_bottoms_without_shapes_is_refused_with_the_way_out() -> None:
    message = refusal(IMAGES + layer("i", "data data > i", "InnerProduct")).message
    assert (
        "takes 1 bottom, not 2; with the shapes of all its tops they hold: shapes={'i'" in message
    )


def test_a_type_that_cannot_tell_its_parameters_asks_for_them() -> None:
    text = IMAGES + layer("c", " > c", "Convolution", CONVOLUTION)
    assert "params={'c': ['64x3x3x3:xavier']}" in refusal(text, shapes={"c": (1, 4, 6, 6)}).message
    net = fk.load_net(text, shapes={"c": (1, 4, 6, 6)}, params={"c": ["4x2:xavier"]})
    assert [param.shape for param in net.layers[1].params] == [(4, 2)]


def test_why_a_type_does_not_tell_its_parameters_is_said() -> None:
    text = IMAGES + layer("c", "data data > c", "Convolution", "convolution_param { }")
    assert "kernel_size" in refusal(text, shapes={"c": (1, 4, 6, 6)}).message


def test_parameters_that_are_stated_replace_those_of_the_type() -> None:
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", ""), params={"ip": ["2x6", "1", "3:xavier"]})
    weight, bias, third = net.layers[1].params
    assert (weight.name, weight.shape, weight.filler.type) == ("weight", (2, 6), "xavier")  # type: ignore[union-attr]
    assert (bias.name, third.name, third.shape) == ("bias", "", (3,))
    assert net.notes == (
        "layer 'ip' (InnerProduct): its parameter blobs are as given, 2x6 (xavier), 1 (constant), "
        "3 (xavier), not those of its type, 1x6 (xavier), 1 (constant)",
    )


def test_a_type_without_parameters_may_be_given_some() -> None:
    net = fk.load_net(INPUT + layer("r", "data > r"), params={"r": ["6:constant(value=0.25)"]})
    assert net.fill(1)["r"][0].tolist() == [0.25] * 6
    assert "not those of its type, none" in net.notes[0]


def test_a_filler_that_is_stated_goes_before_the_prototxts() -> None:
    text = INPUT + PRODUCT.replace("BLOBS", "")
    net = fk.load_net(text, params={"ip": ["1x6:constant(value=2)"]})
    assert [blob.tolist() for blob in net.fill(1)["ip"]] == [[[2.0] * 6]]


def test_copies_that_a_type_fills_and_forgets_are_not_made_of_parameters_that_are_stated() -> None:
    recurrent = 'recurrent_param { num_output: 2 weight_filler { type: "xavier" } }'
    text = (
        INPUT.replace("[2, 6]", "[3, 1, 6]")
        + INPUT.replace('"data"', '"cont"').replace("[2, 6]", "[3, 1]")
        + layer("l", "data cont > l", "LSTM", recurrent)
    )
    assert fk.load_net(text).layers[2].forgotten
    assert not fk.load_net(text, params={"l": ["8x6:xavier"]}).layers[2].forgotten


@pytest.mark.parametrize(
    ("params", "overruled"), [(["1x6:msra", "1"], False), (["1x6"], True), (["1x3", "1"], True)]
)
def test_a_layer_that_is_not_as_its_type_makes_it_says_so(
    params: list[str], overruled: bool
) -> None:
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", ""), params={"ip": params})
    assert [layer.overruled for layer in net.layers] == [False, overruled]
    assert fk.load_net(OFFSETS, shapes={"c": (2, 4, 6, 6)}).layers[1].overruled


def test_parameters_of_a_layer_that_there_is_not_are_refused() -> None:
    with pytest.raises(fk.UsageError, match=r"'ouput', but phase TRAIN .* did you mean 'output'"):
        fk.load_net(INPUT + layer("output", "data > r"), params={"ouput": ["6"]})
