"""A part of a net is a net."""

from __future__ import annotations

import pytest
from net_texts import layer, refusal

import fillerkit as fk

CONV = """
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 20 kernel_size: 5 weight_filler { type: "xavier" } } }
"""
WHOLE = (
    'layer { name: "d" type: "Input" top: "data" input_param { shape { dim: [64, 1, 28, 28] } } }'
)


def test_a_bottom_that_no_layer_makes_becomes_an_input_of_the_given_shape() -> None:
    net = fk.load_net(CONV, shapes={"data": (64, 1, 28, 28)})
    assert [layer.type for layer in net.layers] == ["Input", "Convolution"]
    assert net.layers[1].tops == (("conv1", (64, 20, 24, 24)),)
    assert net.notes[0] == "data: an input, since no layer makes it"
    ours, theirs = net.fill(1701)["conv1"], fk.load_net(WHOLE + CONV).fill(1701)["conv1"]
    assert ours.weight.tobytes() == theirs.weight.tobytes()


def test_a_source_that_does_not_take_part_makes_nothing() -> None:
    test = WHOLE.replace("input_param", "include { phase: TEST } input_param")
    net = fk.load_net(test + CONV, phase="TRAIN", shapes={"data": (2, 3, 9, 9)})
    assert net.layers[0].tops == (("data", (2, 3, 9, 9)),)


def test_without_shapes_the_error_says_the_way_for_all_such_bottoms_at_once() -> None:
    text = CONV + 'layer { name: "l" type: "Concat" bottom: "conv1" bottom: "side" top: "l" }'
    with pytest.raises(fk.LayerError) as caught:
        fk.load_net(text)
    assert "shapes={'data': (N, C, H, W), 'side': (N, C, H, W)}" in caught.value.message


def test_a_slip_in_a_bottom_is_told_first() -> None:
    with pytest.raises(fk.LayerError, match="did you mean 'data'"):
        fk.load_net(WHOLE + CONV.replace('bottom: "data"', 'bottom: "dat"'))


def test_labels_are_asked_for_as_one_number_an_image() -> None:
    error = refusal(layer("l", "data label", "SoftmaxWithLoss"))
    assert "shapes={'data': (N, C, H, W), 'label': (N,)}" in error.message
