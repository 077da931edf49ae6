"""The parameter blobs of a net: counts, values in the text, fillers at fault."""

from __future__ import annotations

import numpy as np
import pytest
from net_texts import INPUT, PRODUCT, layer, refusal

import fillerkit as fk


def test_more_params_than_blobs_are_refused() -> None:
    error = refusal(INPUT + PRODUCT.replace("BLOBS", "param { } " * 3))
    assert "3 times" in error.message
    assert "2 parameter blobs" in error.message
    assert error.field == "param"


def test_fewer_params_than_blobs_are_fine() -> None:
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", "param { lr_mult: 3 }"))
    assert [param.lr_mult for param in net.layers[1].params] == [3, 1]


def test_params_on_a_layer_without_blobs_are_refused() -> None:
    assert "0 parameter blobs" in refusal(INPUT + layer("r", "data > r", rest="param { }")).message


GIVEN = "blobs { shape { dim: [1, 6] } data: [1, 2, 3, 4, 5, 6] }"


BIAS = "blobs { shape { dim: 1 } data: 7 }"


def test_values_in_the_text_take_the_fillers_place() -> None:
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", GIVEN + BIAS))
    blobs = net.fill(seed=1)["ip"]
    assert blobs.weight.tolist() == [[1, 2, 3, 4, 5, 6]]
    assert blobs.bias.tolist() == [7]
    assert net.layers[1].params[0].distribution.mean == 3.5


def test_values_in_the_text_take_no_draws() -> None:
    uniform = 'inner_product_param { num_output: 3 weight_filler { type: "uniform" } }'
    after = layer("after", "ip > after", "InnerProduct", uniform)
    with_blobs = fk.load_net(INPUT + PRODUCT.replace("BLOBS", GIVEN + BIAS) + after)
    constant = PRODUCT.replace('"xavier"', '"constant"').replace("BLOBS", "")
    without = fk.load_net(INPUT + constant + after)
    ours, theirs = with_blobs.fill(seed=1)["after"], without.fill(seed=1)["after"]
    assert (ours.weight == theirs.weight).all()


def test_values_in_the_text_may_be_doubles() -> None:
    doubles = "blobs { shape { dim: [1, 6] } double_data: [0.1, 2, 3, 4, 5, 6] }"
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", doubles + BIAS))
    assert net.fill(seed=1, dtype="float64")["ip"].weight[0, 0] == 0.1
    assert net.fill(seed=1)["ip"].weight[0, 0] == np.float32(0.1)


def test_values_under_an_old_shape_of_four_axes_fit_too() -> None:
    old = "blobs { num: 1 channels: 1 height: 1 width: 6 data: [1, 2, 3, 4, 5, 6] }"
    bias = "blobs { num: 1 channels: 1 height: 1 width: 1 data: 7 }"
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", old + bias))
    assert net.fill(seed=1)["ip"].weight.tolist() == [[1, 2, 3, 4, 5, 6]]


@pytest.mark.parametrize(
    ("blobs", "words"),
    [
        (GIVEN, "1 times, but 2"),
        (GIVEN + BIAS + BIAS, "3 times, but 2"),
        ("blobs { shape { dim: [6, 1] } data: [1, 2, 3, 4, 5, 6] }" + BIAS, "6x1"),
        ("blobs { shape { dim: [1, 6] } data: [1, 2, 3] }" + BIAS, "3 values"),
        ("blobs { shape { dim: [1, 6] } }" + BIAS, "0 values"),
        (
            "blobs { num: 1 channels: 6 height: 1 width: 1 data: [1, 2, 3, 4, 5, 6] }" + BIAS,
            "1x6x1x1",
        ),
    ],
)
def test_values_that_do_not_fit_are_refused(blobs: str, words: str) -> None:
    error = refusal(INPUT + PRODUCT.replace("BLOBS", blobs))
    assert words in error.message
    assert error.field == "blobs"


def test_an_error_of_a_filler_stands_at_the_fillers_field() -> None:
    error = refusal(
        INPUT + 'layer { name: "c" type: "InnerProduct" bottom: "data" top: "c"\n'
        "  inner_product_param { num_output: 2\n"
        '    weight_filler { type: "xavier" }\n'
        '    bias_filler { type: "uniform"\n'
        "      min: 2 } } }"
    )
    assert isinstance(error, fk.FillerError)
    assert (error.blob, error.field, error.line) == ("bias", "min", 6)
    assert "its bias (2)" in error.message


def test_weights_larger_than_a_blob_of_caffe_are_refused() -> None:
    wide = INPUT.replace("[2, 6]", "[1, 75000000]")
    error = refusal(
        wide + layer("c", "data > c", "InnerProduct", "inner_product_param { num_output: 100000 }")
    )
    assert "100000x75000000" in error.message
    assert "2147483647" in error.message
