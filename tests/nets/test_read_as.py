"""Types that are read as others."""

from __future__ import annotations

import pytest

import fillerkit as fk

NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
layer { name: "a" type: "ConvolutionRistretto" bottom: "data" top: "a"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "b" type: "SeLu" bottom: "a" top: "a" }
layer { name: "c" type: "ConvolutionRistretto" bottom: "a" top: "c"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
"""
TYPES = {"ConvolutionRistretto": "Convolution", "SeLu": "ReLU"}


def test_a_type_is_read_as_another() -> None:
    net = fk.load_net(NET, types=TYPES)
    assert [layer.type for layer in net.layers] == ["Input", "Convolution", "ReLU", "Convolution"]
    plain = fk.load_net(NET.replace("ConvolutionRistretto", "Convolution").replace("SeLu", "ReLU"))
    for layer in ("a", "c"):
        assert net.fill(3)[layer].weight.tobytes() == plain.fill(3)[layer].weight.tobytes()


def test_it_is_told_and_recorded() -> None:
    net = fk.load_net(NET, types=TYPES)
    assert "ConvolutionRistretto is read as Convolution (2 layers)" in net.notes
    assert "SeLu is read as ReLU (1 layer)" in net.notes
    assert net.fill(3).origin["types"] == TYPES


def test_a_type_of_v1_is_given_as_v1_writes_it_or_as_today() -> None:
    text = (
        'input: "data" input_dim: [1, 3, 8, 8] layers { name: "s" type: SELU bottom: "data" '
        'top: "s" } layers { name: "ip" type: INNER_PRODUCT bottom: "s" top: "ip" '
        "inner_product_param { num_output: 2 } }\n"
    )
    for name in ("SELU", "Selu"):
        assert fk.load_net(text, types={name: "ReLU"}).layers[1].type == "ReLU"


def test_a_layers_name_does_in_place_of_a_type() -> None:
    net = fk.load_net(NET, types={"ConvolutionRistretto": "Convolution", "b": "Sigmoid"})
    assert net.layers[2].type == "Sigmoid"


def test_as_unknown_only_what_a_person_says_holds() -> None:
    text = NET.replace("ConvolutionRistretto", "Convolution").replace("SeLu", "ReLU")
    net = fk.load_net(
        text, types={"a": "unknown"}, shapes={"a": (2, 7, 5, 5)}, params={"a": ["7x3:xavier"]}
    )
    assert net.layers[1].params[0].shape == (7, 3)
    assert net.layers[3].params[0].shape == (4, 7, 3, 3)


def test_a_shape_that_a_layer_does_not_make_is_refused_with_the_way_to_overrule() -> None:
    text = NET.replace("ConvolutionRistretto", "Convolution").replace("SeLu", "ReLU")
    with pytest.raises(fk.LayerError, match=r"types=\{'c': 'unknown'\}"):
        fk.load_net(text, shapes={"c": (1, 2, 3, 4)})


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ({"SeLu": "Relu"}, "'Relu' is no layer type that is known; did you mean 'ReLU'"),
        ({"Selu2": "ReLU"}, "no layer is of type 'Selu2' or has that name; did you mean 'SeLu'"),
    ],
)
def test_a_type_that_is_not_there_is_a_usage_error(types: dict[str, str], said: str) -> None:
    with pytest.raises(fk.UsageError, match=said):
        fk.load_net(NET, types=types)


@pytest.mark.parametrize("count", [1, 2])
def test_the_error_of_an_unknown_type_offers_the_likely_one(count: int) -> None:
    text = NET.replace("SeLu", "ReLU")
    if count == 1:
        text = text.replace('"c" type: "ConvolutionRistretto"', '"c" type: "Convolution"')
    with pytest.raises(fk.UnknownLayers) as caught:
        fk.load_net(text + 'layer { name: "r" type: "ReLU" bottom: "c" top: "r" }')
    assert caught.value.message.count("types={'ConvolutionRistretto': 'Convolution'}") == count
