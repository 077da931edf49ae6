"""Older generations of the format, as Caffe 1.0 turns them into the current one."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from fillerkit.errors import PrototxtError
from fillerkit.prototxt import read_net, upgrade_text
from fillerkit.schema import caffe_pb2
from fillerkit.schema.forks_pb2 import (
    LayerParameter,
    NetParameter,
    ParamSpec,
    SolverParameter,
)


def layers(text: str) -> list[LayerParameter]:
    return [layer for layer, _ in read_net(f"{text}\n").layers]


def layer(text: str) -> LayerParameter:
    (only,) = layers(text)
    return only


# Caffe 1.0's names of its types, by V1's.
TYPES = {
    "ABSVAL": "AbsVal",
    "ACCURACY": "Accuracy",
    "ARGMAX": "ArgMax",
    "BNLL": "BNLL",
    "CONCAT": "Concat",
    "CONTRASTIVE_LOSS": "ContrastiveLoss",
    "CONVOLUTION": "Convolution",
    "DATA": "Data",
    "DECONVOLUTION": "Deconvolution",
    "DROPOUT": "Dropout",
    "DUMMY_DATA": "DummyData",
    "ELTWISE": "Eltwise",
    "EUCLIDEAN_LOSS": "EuclideanLoss",
    "EXP": "Exp",
    "FLATTEN": "Flatten",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "HINGE_LOSS": "HingeLoss",
    "IM2COL": "Im2col",
    "IMAGE_DATA": "ImageData",
    "INFOGAIN_LOSS": "InfogainLoss",
    "INNER_PRODUCT": "InnerProduct",
    "LRN": "LRN",
    "MEMORY_DATA": "MemoryData",
    "MULTINOMIAL_LOGISTIC_LOSS": "MultinomialLogisticLoss",
    "MVN": "MVN",
    "NONE": "",
    "POOLING": "Pooling",
    "POWER": "Power",
    "RELU": "ReLU",
    "SIGMOID": "Sigmoid",
    "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss",
    "SILENCE": "Silence",
    "SLICE": "Slice",
    "SOFTMAX": "Softmax",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "SPLIT": "Split",
    "TANH": "TanH",
    "THRESHOLD": "Threshold",
    "WINDOW_DATA": "WindowData",
}


def test_every_v1_type_of_caffe_is_in_the_table() -> None:
    assert sorted(caffe_pb2.V1LayerParameter.LayerType.keys()) == sorted(TYPES)


@pytest.mark.parametrize(("old", "new"), TYPES.items())
def test_a_v1_type_gets_its_current_name(old: str, new: str) -> None:
    assert layer(f"layers {{ type: {old} }}").type == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("BN", "BN"),
        ("CONVOLUTION3D", "Convolution3D"),
        ("CROP", "Crop"),
        ("INTERP", "Interp"),
        ("MULTI_STAGE_MEANFIELD", "MultiStageMeanfield"),
        ("RELU6", "ReLU6"),
        ("ROIPOOLING", "ROIPooling"),
        ("UNPOOLING", "Unpooling"),
    ],
)
def test_a_v1_type_of_a_fork_gets_the_name_that_the_fork_gives_it(old: str, new: str) -> None:
    assert layer(f"layers {{ type: {old} }}").type == new


def test_a_v1_layer_keeps_the_parameters_that_forks_gave_to_todays_layers_only() -> None:
    new = layer("layers { type: INTERP interp_param { zoom_factor: 8 } }")
    assert new.interp_param.zoom_factor == 8


def test_a_v1_layer_without_a_type_has_none() -> None:
    assert layer('layers { name: "a" }').type == ""


def test_a_v1_layer_keeps_name_bottoms_tops_and_loss_weights() -> None:
    new = layer(
        'layers { name: "a" type: ACCURACY bottom: "x" bottom: "y" top: "z" loss_weight: 0.5 }'
    )
    assert (new.name, list(new.bottom), list(new.top)) == ("a", ["x", "y"], ["z"])
    assert list(new.loss_weight) == [0.5]


def test_a_v1_layer_keeps_its_parameters() -> None:
    new = layer(
        "layers { type: INNER_PRODUCT inner_product_param { num_output: 3 "
        'weight_filler { type: "xavier" } } }'
    )
    assert new.inner_product_param.num_output == 3
    assert new.inner_product_param.weight_filler.type == "xavier"


@pytest.mark.parametrize("rule", ["include", "exclude"])
def test_a_v1_layer_keeps_its_rules(rule: str) -> None:
    text = read_net(f'layers {{ name: "a" {rule} {{ stage: "s" }} }}', stages=["s"])
    assert bool(text.layers) is (rule == "include")


def test_a_v1_layer_keeps_its_blobs() -> None:
    new = layer("layers { type: INNER_PRODUCT blobs { num: 1 data: [1, 2] } blobs { data: 3 } }")
    assert [list(blob.data) for blob in new.blobs] == [[1, 2], [3]]


def test_rates_names_and_share_modes_become_params() -> None:
    new = layer(
        "layers { type: CONVOLUTION blobs_lr: 1 blobs_lr: 2 weight_decay: 3 weight_decay: 0 "
        'param: "w" param: "b" blob_share_mode: PERMISSIVE blob_share_mode: STRICT }'
    )
    assert list(new.param) == [
        ParamSpec(name="w", lr_mult=1, decay_mult=3, share_mode=ParamSpec.PERMISSIVE),
        ParamSpec(name="b", lr_mult=2, decay_mult=0, share_mode=ParamSpec.STRICT),
    ]


def test_lists_of_different_lengths_make_as_many_params_as_the_longest() -> None:
    new = layer('layers { type: CONVOLUTION blobs_lr: 1 blobs_lr: 2 param: "w" }')
    assert list(new.param) == [ParamSpec(name="w", lr_mult=1), ParamSpec(lr_mult=2)]


def test_a_v1_layer_without_rates_has_no_params() -> None:
    assert len(layer("layers { type: CONVOLUTION }").param) == 0


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("DATA", "data_param"),
        ("IMAGE_DATA", "image_data_param"),
        ("WINDOW_DATA", "window_data_param"),
    ],
)
def test_a_data_layers_own_transform_fields_move_to_transform_param(
    kind: str, message: str
) -> None:
    new = layer(
        f"layers {{ type: {kind} {message} {{ "
        'source: "s" scale: 0.5 mean_file: "m" crop_size: 5 mirror: true } }'
    )
    moved, data = new.transform_param, getattr(new, message)
    assert (moved.scale, moved.mean_file, moved.crop_size, moved.mirror) == (0.5, "m", 5, True)
    assert data.source == "s"
    assert not any(data.HasField(name) for name in ("scale", "mean_file", "crop_size", "mirror"))


def test_moved_fields_join_what_transform_param_has() -> None:
    new = layer(
        "layers { type: DATA transform_param { scale: 2 mirror: true } "
        "data_param { crop_size: 5 } }"
    )
    moved = new.transform_param
    assert (moved.scale, moved.mirror, moved.crop_size) == (2, True, 5)


def test_old_and_new_layers_in_one_net_are_refused_at_the_old_one() -> None:
    with pytest.raises(PrototxtError, match="mixes") as caught:
        layers('layer { name: "a" }\nlayers { name: "b" type: RELU }')
    assert caught.value.line == 2


def test_inputs_with_shapes_become_an_input_layer_placed_first() -> None:
    first, second = layers(
        'layer { name: "a" } input: "x" input_shape { dim: 2 dim: 3 } '
        'input: "y" input_shape { dim: 4 }'
    )
    assert (first.name, first.type, list(first.top)) == ("input", "Input", ["x", "y"])
    assert [list(shape.dim) for shape in first.input_param.shape] == [[2, 3], [4]]
    assert second.name == "a"


def test_four_input_dims_make_the_shape_of_an_input() -> None:
    new = layer('input: "x" input: "y" input_dim: [1, 2, 3, 4, 5, 6, 7, 8]')
    assert [list(shape.dim) for shape in new.input_param.shape] == [[1, 2, 3, 4], [5, 6, 7, 8]]


def test_five_input_dims_make_the_shape_of_a_volume() -> None:
    new = layer('input: "x" input: "y" input_dim: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]')
    assert [list(shape.dim) for shape in new.input_param.shape] == [
        [1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10],
    ]


def test_inputs_go_before_v1_layers_too() -> None:
    first, second = layers('input: "x" input_dim: [1, 2, 3, 4] layers { name: "a" type: RELU }')
    assert (first.type, second.type) == ("Input", "ReLU")


def test_an_input_without_a_shape_has_none() -> None:
    assert len(layer('input: "x"').input_param.shape) == 0


def test_an_input_without_a_shape_beside_the_layer_that_makes_it_says_nothing() -> None:
    made = 'layer { name: "d" type: "Input" top: "data" input_param { shape { dim: 2 } } }'
    assert [each.name for each in layers(f'input: "data" {made}')] == ["d"]
    assert [list(each.top) for each in layers(f'input: "data" input: "x" {made}')] == [
        ["x"],
        ["data"],
    ]


@pytest.mark.parametrize("dims", [3, 6, 8])
def test_input_dims_that_are_not_four_an_input_are_refused(dims: int) -> None:
    with pytest.raises(PrototxtError, match=rf"4.*not {dims}") as caught:
        layers('input: "x"\n' + "input_dim: 1 " * dims)
    assert caught.value.line == 2


def test_input_shapes_that_are_not_one_an_input_are_refused() -> None:
    with pytest.raises(PrototxtError, match="2 inputs but 1 input_shape") as caught:
        layers('input: "x" input: "y"\ninput_shape { dim: 1 }')
    assert caught.value.line == 2


def test_three_params_of_a_batch_norm_mean_not_to_learn() -> None:
    new = layer(
        'layer { type: "BatchNorm" '
        'param { lr_mult: 1 } param { name: "v" } param { decay_mult: 2 } }'
    )
    assert [(spec.lr_mult, spec.decay_mult) for spec in new.param] == [(0, 0)] * 3
    assert new.param[1].name == "v"


@pytest.mark.parametrize("count", [1, 2, 4])
def test_another_number_of_params_of_a_batch_norm_is_left_as_it_is(count: int) -> None:
    new = layer(f'layer {{ type: "BatchNorm" {"param { lr_mult: 0.5 } " * count} }}')
    assert [spec.lr_mult for spec in new.param] == [0.5] * count


def test_three_params_of_another_layer_are_left_as_they_are() -> None:
    new = layer(f'layer {{ type: "Scale" {"param { lr_mult: 0.5 } " * 3} }}')
    assert [spec.lr_mult for spec in new.param] == [0.5] * 3


def test_every_layer_stays_beside_its_text() -> None:
    text = read_net('input: "x"\nlayers { name: "a" }\nlayers { name: "b" }')
    assert [text.place(field).line for _, field in text.layers] == [1, 2, 3]


def upgraded(text: str) -> NetParameter:
    return text_format.Parse(upgrade_text(f"{text}\n"), NetParameter())


def test_a_net_is_rewritten_in_the_current_form() -> None:
    net = upgraded(
        'name: "n" force_backward: true input: "x" input_dim: [1, 2, 3, 4] '
        'layers { name: "r" type: RELU bottom: "x" top: "r" blobs_lr: 2 }'
    )
    assert (net.name, net.force_backward) == ("n", True)
    assert [layer.type for layer in net.layer] == ["Input", "ReLU"]
    assert net.layer[1].param[0].lr_mult == 2
    assert not net.layers
    assert not net.input
    assert not net.input_dim


def test_rewriting_keeps_the_layers_and_rules_of_all_phases() -> None:
    net = upgraded(
        'state { phase: TEST stage: "s" } layers { name: "a" include { phase: TRAIN } } '
        'layers { name: "b" exclude { stage: "s" } }'
    )
    assert [layer.name for layer in net.layer] == ["a", "b"]
    assert not any(layer.HasField("phase") for layer in net.layer)
    assert list(net.state.stage) == ["s"]
    assert len(net.layer[0].include) == len(net.layer[1].exclude) == 1


def test_rewriting_what_is_current_changes_nothing() -> None:
    once = upgrade_text(
        'name: "n" layer { name: "a" type: "ReLU" bottom: "x" top: "é" loss_weight: 0.1 }\n'
    )
    assert upgrade_text(once) == once
    assert "é" in once


def test_the_nets_that_a_solver_holds_are_rewritten_too() -> None:
    text = upgrade_text(
        'base_lr: 0.1 train_net_param { layers { name: "a" type: RELU } }'
        ' test_net_param { layers { name: "b" type: TANH } }'
        ' test_net_param { layers { name: "c" type: LRN } }\n'
    )
    solver = text_format.Parse(text, SolverParameter())
    assert solver.train_net_param.layer[0].type == "ReLU"
    assert [net.layer[0].type for net in solver.test_net_param] == ["TanH", "LRN"]
    assert not solver.HasField("net_param")
