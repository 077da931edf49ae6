"""Caffe's first format, as Caffe 1.0 turns it into the current one."""

from __future__ import annotations

import pytest

from fillerkit.errors import PrototxtError
from fillerkit.prototxt import read_net
from fillerkit.schema.forks_pb2 import (
    LayerParameter,
    ParamSpec,
    PoolingParameter,
    V0LayerParameter,
    WindowDataParameter,
)


def layer(kind: str, rest: str = "", wires: str = "") -> LayerParameter:
    ((new, _),) = read_net(
        f'layers {{ layer {{ name: "x" type: "{kind}" {rest} }} {wires} }}'
    ).layers
    return new


# Caffe 1.0's names of its types, by V0's.
TYPES = {
    "accuracy": "Accuracy",
    "bnll": "BNLL",
    "concat": "Concat",
    "conv": "Convolution",
    "data": "Data",
    "dropout": "Dropout",
    "euclidean_loss": "EuclideanLoss",
    "flatten": "Flatten",
    "hdf5_data": "HDF5Data",
    "hdf5_output": "HDF5Output",
    "im2col": "Im2col",
    "images": "ImageData",
    "infogain_loss": "InfogainLoss",
    "innerproduct": "InnerProduct",
    "lrn": "LRN",
    "multinomial_logistic_loss": "MultinomialLogisticLoss",
    "pool": "Pooling",
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "softmax_loss": "SoftmaxWithLoss",
    "split": "Split",
    "tanh": "TanH",
    "window_data": "WindowData",
}


@pytest.mark.parametrize(("old", "new"), TYPES.items())
def test_a_v0_type_gets_its_current_name(old: str, new: str) -> None:
    assert layer(old).type == new


def test_a_layer_keeps_its_name_bottoms_and_tops() -> None:
    new = layer("relu", wires='bottom: "a" top: "b"')
    assert (new.name, list(new.bottom), list(new.top)) == ("x", ["a"], ["b"])


@pytest.mark.parametrize(
    ("kind", "message"), [("conv", "convolution_param"), ("innerproduct", "inner_product_param")]
)
def test_weights_go_to_the_message_of_their_type(kind: str, message: str) -> None:
    new = layer(
        kind,
        'num_output: 3 biasterm: false weight_filler { type: "xavier" } bias_filler { value: 2 }',
    )
    p = getattr(new, message)
    assert (p.num_output, p.bias_term) == (3, False)
    assert (p.weight_filler.type, p.bias_filler.value) == ("xavier", 2)


def test_the_window_of_a_convolution_becomes_lists() -> None:
    p = layer("conv", "pad: 1 kernelsize: 5 stride: 2 group: 2").convolution_param
    assert (list(p.pad), list(p.kernel_size), list(p.stride), p.group) == ([1], [5], [2], 2)


def test_the_window_of_a_pooling_stays_single() -> None:
    p = layer("pool", "pad: 1 kernelsize: 5 stride: 2 pool: AVE").pooling_param
    assert (p.pad, p.kernel_size, p.stride, p.pool) == (1, 5, 2, PoolingParameter.AVE)


@pytest.mark.parametrize(
    ("kind", "flat", "message", "name", "value"),
    [
        ("concat", "concat_dim: 0", "concat_param", "concat_dim", 0),
        ("dropout", "dropout_ratio: 0.25", "dropout_param", "dropout_ratio", 0.25),
        ("lrn", "local_size: 3", "lrn_param", "local_size", 3),
        ("lrn", "alpha: 0.5", "lrn_param", "alpha", 0.5),
        ("lrn", "beta: 0.5", "lrn_param", "beta", 0.5),
        ("lrn", "k: 2", "lrn_param", "k", 2),
        ("data", 'source: "s"', "data_param", "source", "s"),
        ("data", "batchsize: 3", "data_param", "batch_size", 3),
        ("data", "rand_skip: 3", "data_param", "rand_skip", 3),
        ("hdf5_data", 'source: "s"', "hdf5_data_param", "source", "s"),
        ("hdf5_data", "batchsize: 3", "hdf5_data_param", "batch_size", 3),
        ("images", 'source: "s"', "image_data_param", "source", "s"),
        ("images", "batchsize: 3", "image_data_param", "batch_size", 3),
        ("images", "rand_skip: 3", "image_data_param", "rand_skip", 3),
        ("images", "shuffle_images: true", "image_data_param", "shuffle", True),
        ("images", "new_height: 3", "image_data_param", "new_height", 3),
        ("images", "new_width: 3", "image_data_param", "new_width", 3),
        ("window_data", 'source: "s"', "window_data_param", "source", "s"),
        ("window_data", "batchsize: 3", "window_data_param", "batch_size", 3),
        ("window_data", "det_fg_threshold: 0.25", "window_data_param", "fg_threshold", 0.25),
        ("window_data", "det_bg_threshold: 0.25", "window_data_param", "bg_threshold", 0.25),
        ("window_data", "det_fg_fraction: 0.75", "window_data_param", "fg_fraction", 0.75),
        ("window_data", "det_context_pad: 3", "window_data_param", "context_pad", 3),
        ("window_data", 'det_crop_mode: "square"', "window_data_param", "crop_mode", "square"),
        ("infogain_loss", 'source: "s"', "infogain_loss_param", "source", "s"),
        ("data", "scale: 0.5", "transform_param", "scale", 0.5),
        ("data", 'meanfile: "m"', "transform_param", "mean_file", "m"),
        ("images", "cropsize: 3", "transform_param", "crop_size", 3),
        ("window_data", "mirror: true", "transform_param", "mirror", True),
    ],
)
def test_a_flat_field_goes_where_its_type_has_it(
    kind: str, flat: str, message: str, name: str, value: object
) -> None:
    p = getattr(layer(kind, flat), message)
    assert p.HasField(name)
    assert getattr(p, name) == value


def test_defaults_of_the_old_fields_are_not_made_explicit() -> None:
    assert not layer("window_data").HasField("window_data_param")
    assert V0LayerParameter().det_crop_mode == WindowDataParameter().crop_mode


def test_a_field_that_a_type_does_not_know_says_nothing() -> None:
    new = layer("relu", "num_output: 3 kernelsize: 2")
    assert not new.HasField("convolution_param")
    assert not new.HasField("inner_product_param")


def test_where_hdf5_output_goes_is_kept() -> None:
    new = layer("hdf5_output", 'hdf5_output_param { file_name: "o" }')
    assert new.hdf5_output_param.file_name == "o"


def test_rates_become_params() -> None:
    new = layer("conv", "blobs_lr: 1 blobs_lr: 2 weight_decay: 3")
    assert list(new.param) == [ParamSpec(lr_mult=1, decay_mult=3), ParamSpec(lr_mult=2)]


def test_blobs_are_kept() -> None:
    assert list(layer("innerproduct", "blobs { num: 1 data: [1, 2] }").blobs[0].data) == [1, 2]


def test_an_unknown_type_is_refused_with_the_nearest_where_it_stands() -> None:
    with pytest.raises(PrototxtError, match=r"'innerprodukt'.*'innerproduct'") as caught:
        read_net('layers {\n layer { name: "c"\n  type: "innerprodukt" } }')
    assert caught.value.line == 3


PADDED = """
layers {{ layer {{ name: "pad" type: "padding" pad: 2 }} bottom: "a" top: "padded" }}
layers {{ layer {{ name: "x" type: "{}" kernelsize: 5 {} }} bottom: "padded" top: "x" }}
"""


@pytest.mark.parametrize("own", ["", "pad: 1"])
def test_a_convolution_after_a_padding_layer_pads_itself(own: str) -> None:
    ((new, _),) = read_net(PADDED.format("conv", own)).layers
    assert list(new.convolution_param.pad) == [2]
    assert list(new.bottom) == ["a"]


def test_a_pooling_after_a_padding_layer_pads_itself() -> None:
    ((new, _),) = read_net(PADDED.format("pool", "")).layers
    assert (new.pooling_param.pad, list(new.bottom)) == (2, ["a"])


def test_another_layer_after_a_padding_layer_is_refused() -> None:
    with pytest.raises(PrototxtError, match=r"'pad'.*'x'") as caught:
        read_net(PADDED.format("relu", ""))
    assert caught.value.line == 3


def test_a_padding_layer_with_two_bottoms_is_refused() -> None:
    text = PADDED.format("conv", "").replace('bottom: "a"', 'bottom: "a" bottom: "b"')
    with pytest.raises(PrototxtError, match="'pad'"):
        read_net(text)
