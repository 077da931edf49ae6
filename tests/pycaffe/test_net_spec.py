"""NetSpec: the same script makes the same text as with Caffe."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from caffe_nets import WriteNet
from google.protobuf import text_format

import fillerkit as fk
import fillerkit.pycaffe as caffe
from fillerkit.pycaffe import layers as L  # noqa: N812
from fillerkit.pycaffe import params as P  # noqa: N812
from fillerkit.pycaffe.net_spec import (
    Function,
    NetSpec,
    Top,
    assign_proto,
    param_name_dict,
    to_proto,
)
from fillerkit.pycaffe.proto import caffe_pb2
from fillerkit.python_layers.say import say_once
from fillerkit.schema import caffe_pb2 as of_caffe


def written(net: caffe_pb2.NetParameter) -> str:
    """The text; old versions of protobuf write a whole float as 1.0, as they did for Caffe."""
    return str(net).replace(".0\n", "\n")


def lenet(batch_size: int) -> caffe_pb2.NetParameter:
    n = caffe.NetSpec()
    n.data, n.label = L.DummyData(
        shape=[dict(dim=[batch_size, 1, 28, 28]), dict(dim=[batch_size])],
        transform_param=dict(scale=1.0 / 256),
        ntop=2,
    )
    n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20, weight_filler=dict(type="xavier"))
    n.pool1 = L.Pooling(n.conv1, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.ip1 = L.InnerProduct(n.pool1, num_output=500, weight_filler=dict(type="xavier"))
    n.relu1 = L.ReLU(n.ip1, in_place=True)
    n.ip2 = L.InnerProduct(n.relu1, num_output=10, weight_filler=dict(type="xavier"))
    n.loss = L.SoftmaxWithLoss(n.ip2, n.label)
    return n.to_proto()


LENET = """\
layer {
  name: "data"
  type: "DummyData"
  top: "data"
  top: "label"
  transform_param {
    scale: 0.00390625
  }
  dummy_data_param {
    shape {
      dim: 64
      dim: 1
      dim: 28
      dim: 28
    }
    shape {
      dim: 64
    }
  }
}
layer {
  name: "conv1"
  type: "Convolution"
  bottom: "data"
  top: "conv1"
  convolution_param {
    num_output: 20
    kernel_size: 5
    weight_filler {
      type: "xavier"
    }
  }
}
layer {
  name: "pool1"
  type: "Pooling"
  bottom: "conv1"
  top: "pool1"
  pooling_param {
    pool: MAX
    kernel_size: 2
    stride: 2
  }
}
layer {
  name: "ip1"
  type: "InnerProduct"
  bottom: "pool1"
  top: "ip1"
  inner_product_param {
    num_output: 500
    weight_filler {
      type: "xavier"
    }
  }
}
layer {
  name: "relu1"
  type: "ReLU"
  bottom: "ip1"
  top: "ip1"
}
layer {
  name: "ip2"
  type: "InnerProduct"
  bottom: "ip1"
  top: "ip2"
  inner_product_param {
    num_output: 10
    weight_filler {
      type: "xavier"
    }
  }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "ip2"
  bottom: "label"
  top: "loss"
}
"""


def test_lenet_is_this_text() -> None:
    assert written(lenet(64)) == LENET


def test_a_net_made_so_loads_and_fills() -> None:
    net = fk.load_net(str(lenet(8)), phase="TRAIN")
    assert net.count == 500 + 20 + 500 * 20 * 12 * 12 + 500 + 5000 + 10
    assert net.fill(seed=1701)["ip2"].weight.shape == (10, 500)


def test_text_and_message_are_two_forms_of_one_net() -> None:
    made = lenet(64)
    assert text_format.Merge(str(made), caffe_pb2.NetParameter()) == made
    assert caffe_pb2.NetParameter.FromString(made.SerializeToString()) == made


def residual(bottom: Top, channels: int, project: bool) -> Top:
    """As ResNet generators are written: nothing named, BatchNorm and Scale in place."""

    def conv(bottom: Top, **window: int) -> Top:
        convolved = L.Convolution(
            bottom, num_output=channels, bias_term=False, weight_filler=dict(type="msra"), **window
        )
        normed = L.BatchNorm(convolved, in_place=True, param=[dict(lr_mult=0)] * 3)
        scaled: Top = L.Scale(normed, in_place=True, scale_param=dict(bias_term=True))
        return scaled

    branch = conv(L.ReLU(conv(bottom, kernel_size=3, pad=1), in_place=True), kernel_size=1)
    added = L.Eltwise(conv(bottom, kernel_size=1) if project else bottom, branch)
    top: Top = L.ReLU(added, in_place=True)
    return top


RESIDUAL = """\
layer {
  name: "Input1"
  type: "Input"
  top: "Input1"
  input_param {
    shape {
      dim: 1
      dim: 4
      dim: 8
      dim: 8
    }
  }
}
layer {
  name: "Convolution1"
  type: "Convolution"
  bottom: "Input1"
  top: "Convolution1"
  convolution_param {
    num_output: 8
    bias_term: false
    kernel_size: 1
    weight_filler {
      type: "msra"
    }
  }
}
layer {
  name: "BatchNorm1"
  type: "BatchNorm"
  bottom: "Convolution1"
  top: "Convolution1"
  param {
    lr_mult: 0
  }
  param {
    lr_mult: 0
  }
  param {
    lr_mult: 0
  }
}
layer {
  name: "Scale1"
  type: "Scale"
  bottom: "Convolution1"
  top: "Convolution1"
  scale_param {
    bias_term: true
  }
}
layer {
  name: "Convolution2"
  type: "Convolution"
  bottom: "Input1"
  top: "Convolution2"
  convolution_param {
    num_output: 8
    bias_term: false
    pad: 1
    kernel_size: 3
    weight_filler {
      type: "msra"
    }
  }
}
layer {
  name: "BatchNorm2"
  type: "BatchNorm"
  bottom: "Convolution2"
  top: "Convolution2"
  param {
    lr_mult: 0
  }
  param {
    lr_mult: 0
  }
  param {
    lr_mult: 0
  }
}
layer {
  name: "Scale2"
  type: "Scale"
  bottom: "Convolution2"
  top: "Convolution2"
  scale_param {
    bias_term: true
  }
}
layer {
  name: "ReLU1"
  type: "ReLU"
  bottom: "Convolution2"
  top: "Convolution2"
}
layer {
  name: "Convolution3"
  type: "Convolution"
  bottom: "Convolution2"
  top: "Convolution3"
  convolution_param {
    num_output: 8
    bias_term: false
    kernel_size: 1
    weight_filler {
      type: "msra"
    }
  }
}
layer {
  name: "BatchNorm3"
  type: "BatchNorm"
  bottom: "Convolution3"
  top: "Convolution3"
  param {
    lr_mult: 0
  }
  param {
    lr_mult: 0
  }
  param {
    lr_mult: 0
  }
}
layer {
  name: "Scale3"
  type: "Scale"
  bottom: "Convolution3"
  top: "Convolution3"
  scale_param {
    bias_term: true
  }
}
layer {
  name: "Eltwise1"
  type: "Eltwise"
  bottom: "Convolution1"
  bottom: "Convolution3"
  top: "Eltwise1"
}
layer {
  name: "ReLU2"
  type: "ReLU"
  bottom: "Eltwise1"
  top: "Eltwise1"
}
"""


def test_a_residual_block_without_names_is_numbered_as_its_layers_are_needed() -> None:
    data = L.Input(shape=dict(dim=[1, 4, 8, 8]))
    assert written(to_proto(residual(data, 8, project=True))) == RESIDUAL


def test_a_top_knows_the_net_it_needs() -> None:
    data = L.Input(shape=dict(dim=[1, 4, 8, 8]))
    block = residual(data, 8, project=True)
    assert block.to_proto() == to_proto(block)


def test_several_tops_make_one_net() -> None:
    data = L.Input(shape=dict(dim=[1, 4]))
    one, two = L.InnerProduct(data, num_output=2), L.InnerProduct(data, num_output=3)
    net = to_proto(two, one)
    assert [layer.name for layer in net.layer] == ["Input1", "InnerProduct1", "InnerProduct2"]
    assert net.layer[1].inner_product_param.num_output == 3


def ssd_head() -> NetSpec:
    """As SSD's own scripts are written: names by item, ``*_param`` in full, rules, strings."""
    n = NetSpec()
    n["data"] = L.Input(shape=[dict(dim=[1, 3, 300, 300])])
    kwargs = dict(
        param=[dict(lr_mult=1, decay_mult=1), dict(lr_mult=2, decay_mult=0)],
        weight_filler=dict(type="xavier"),
        bias_filler=dict(type="constant", value=0),
    )
    n["conv"] = L.Convolution(n["data"], num_output=16, kernel_size=3, pad=1, **kwargs)
    n["conv_norm"] = L.Normalize(
        n["conv"],
        scale_filler=dict(type="constant", value=20),
        across_spatial=False,
        channel_shared=False,
    )
    n["perm"] = L.Permute(n["conv_norm"], order=[0, 2, 3, 1])
    n["flat"] = L.Flatten(n["perm"], axis=1)
    n["priors"] = L.PriorBox(
        n["conv_norm"],
        n["data"],
        min_size=30.0,
        max_size=60.0,
        aspect_ratio=[2],
        flip=True,
        clip=False,
        variance=[0.5, 0.5, 0.25, 0.25],
        step=8,
    )
    n["loss"] = L.MultiBoxLoss(
        n["flat"],
        n["priors"],
        include=dict(phase=caffe_pb2.Phase.Value("TRAIN")),
        propagate_down=[True, False],
        multibox_loss_param=dict(
            loc_loss_type=P.MultiBoxLoss.SMOOTH_L1, num_classes=21, share_location=True
        ),
        loss_param=dict(normalization=P.Loss.VALID),
    )
    return n


SSD_HEAD = """\
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param {
    shape {
      dim: 1
      dim: 3
      dim: 300
      dim: 300
    }
  }
}
layer {
  name: "conv"
  type: "Convolution"
  bottom: "data"
  top: "conv"
  param {
    lr_mult: 1
    decay_mult: 1
  }
  param {
    lr_mult: 2
    decay_mult: 0
  }
  convolution_param {
    num_output: 16
    pad: 1
    kernel_size: 3
    weight_filler {
      type: "xavier"
    }
    bias_filler {
      type: "constant"
      value: 0
    }
  }
}
layer {
  name: "conv_norm"
  type: "Normalize"
  bottom: "conv"
  top: "conv_norm"
  norm_param {
    across_spatial: false
    scale_filler {
      type: "constant"
      value: 20
    }
    channel_shared: false
  }
}
layer {
  name: "perm"
  type: "Permute"
  bottom: "conv_norm"
  top: "perm"
  permute_param {
    order: 0
    order: 2
    order: 3
    order: 1
  }
}
layer {
  name: "flat"
  type: "Flatten"
  bottom: "perm"
  top: "flat"
  flatten_param {
    axis: 1
  }
}
layer {
  name: "priors"
  type: "PriorBox"
  bottom: "conv_norm"
  bottom: "data"
  top: "priors"
  prior_box_param {
    min_size: 30
    max_size: 60
    aspect_ratio: 2
    flip: true
    clip: false
    variance: 0.5
    variance: 0.5
    variance: 0.25
    variance: 0.25
    step: 8
  }
}
layer {
  name: "loss"
  type: "MultiBoxLoss"
  bottom: "flat"
  bottom: "priors"
  top: "loss"
  include {
    phase: TRAIN
  }
  propagate_down: true
  propagate_down: false
  loss_param {
    normalization: VALID
  }
  multibox_loss_param {
    loc_loss_type: SMOOTH_L1
    num_classes: 21
    share_location: true
  }
}
"""


def test_a_head_of_ssd_is_this_text() -> None:
    assert written(ssd_head().to_proto()) == SSD_HEAD


def test_a_head_of_ssd_has_the_shapes_of_ssd() -> None:
    net = fk.load_net(str(ssd_head().to_proto()), phase="TEST")
    shapes = {name: shape for layer in net.layers for name, shape in layer.tops}
    assert shapes["perm"] == (1, 300, 300, 16)
    assert shapes["priors"][:2] == (1, 2)


# Names


def test_a_spec_gives_its_names_and_numbers_what_has_none() -> None:
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 4]))
    n.out = L.InnerProduct(L.ReLU(L.InnerProduct(n.data, num_output=3)), num_output=2)
    net = n.to_proto()
    assert [layer.name for layer in net.layer] == ["data", "InnerProduct1", "ReLU1", "out"]
    assert [layer.top[0] for layer in net.layer] == ["data", "InnerProduct1", "ReLU1", "out"]
    assert net.layer[3].bottom == ["ReLU1"]


def test_a_layer_of_two_tops_has_the_name_of_the_first() -> None:
    n = NetSpec()
    n.image, n.label = L.Data(source="db", batch_size=2, ntop=2)
    (layer,) = n.to_proto().layer
    assert (layer.name, list(layer.top)) == ("image", ["image", "label"])


def test_tops_without_a_name_are_numbered_one_by_one() -> None:
    net = to_proto(*L.Slice(L.Input(shape=dict(dim=[1, 6])), ntop=3))
    assert net.layer[1].top == ["Slice1", "Slice2", "Slice3"]
    assert net.layer[1].name == "Slice1"


def test_a_layer_without_tops_is_named_where_it_stands() -> None:
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 4]))
    n.quiet = L.Silence(n.data, ntop=0)
    assert isinstance(n.quiet, Function)
    layer = n.to_proto().layer[1]
    assert (layer.name, list(layer.bottom), list(layer.top)) == ("quiet", ["data"], [])


def test_a_layer_without_tops_or_name_is_numbered() -> None:
    data = L.Input(shape=dict(dim=[1, 4]))
    silence = L.Silence(data, ntop=0)
    assert [layer.name for layer in silence.to_proto().layer] == ["Input1", "Silence1"]


def test_in_place_takes_the_bottoms_name_and_is_named_itself() -> None:
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 4]))
    n.first = L.ReLU(n.data, in_place=True)
    n.second = L.Dropout(n.first, in_place=True, dropout_ratio=0.25)
    first, second = n.to_proto().layer[1:]
    assert (first.name, list(first.bottom), list(first.top)) == ("first", ["data"], ["data"])
    assert (second.name, list(second.bottom), list(second.top)) == ("second", ["data"], ["data"])
    assert second.dropout_param.dropout_ratio == 0.25


def test_name_renames_the_layer_and_not_its_top() -> None:
    n = NetSpec()
    n.blob = L.Input(name="layer", shape=dict(dim=[1, 4]))
    layer = n.to_proto().layer[0]
    assert (layer.name, list(layer.top)) == ("layer", ["blob"])


def test_a_top_that_is_given_is_added_to_those_there_are() -> None:
    given = L.Input(top="more", ntop=0, shape=dict(dim=[1]))
    assert given.to_proto().layer[0].top == ["more"]
    assert to_proto(L.Input(top="more", shape=dict(dim=[1]))).layer[0].top == ["Input1", "more"]


def test_a_bottom_may_be_a_name() -> None:
    layer = to_proto(L.ReLU(bottom="somewhere")).layer[0]
    assert layer.bottom == ["somewhere"]


def test_a_deep_net_without_names_is_made() -> None:
    top = L.Input(shape=dict(dim=[1]))
    for _ in range(3000):
        top = L.ReLU(top)
    assert to_proto(top).layer[-1].name == "ReLU3000"


# The spec


def test_a_spec_has_its_tops_as_attributes_items_and_in_order() -> None:
    n = NetSpec()
    n.a = L.Input(shape=dict(dim=[1]))
    n["b"] = L.ReLU(n.a)
    assert n["a"] is n.a
    assert n.b is n["b"]
    assert list(n.tops) == n.keys() == ["a", "b"]
    assert n.vals() == [n.a, n.b]
    del n.b
    assert n.keys() == ["a"]
    del n["a"]
    assert not n.tops


def test_a_name_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        _ = NetSpec().nothing
    with pytest.raises(KeyError, match="nothing"):
        _ = NetSpec()["nothing"]


def test_a_spec_is_copied_like_any_object() -> None:
    n = NetSpec()
    n.a = L.Input(shape=dict(dim=[1]))
    assert copy.copy(n).a is n.a


def test_update_changes_the_parameters_of_a_layer() -> None:
    n = NetSpec()
    n.a = L.Input(shape=dict(dim=[1, 1]))
    n.b = L.InnerProduct(n.a, num_output=2)
    n.update("b", dict(num_output=7))
    assert n.to_proto().layer[1].inner_product_param.num_output == 7


def test_a_net_is_made_as_often_as_one_likes() -> None:
    n = ssd_head()
    assert n.to_proto() == n.to_proto()


def test_a_tuple_under_one_name_is_an_attribute_error() -> None:
    n = NetSpec()
    n.data = L.Data(ntop=2)
    with pytest.raises(AttributeError, match=r"'data' is a tuple.*n\.data, n\.label"):
        n.to_proto()


# Layers and their parameters


def test_an_input_that_is_no_top_is_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"^ReLU input 0 is not a Top \(type is <class 'str'>\)$"):
        L.ReLU("data")
    with pytest.raises(TypeError) as error:
        L.Silence(L.DummyData(ntop=2), ntop=0)
    assert str(error.value) == "Silence input 0 is not a Top (type is <class 'tuple'>)"
    assert error.value.__notes__ == ["a layer of several tops is spread: L.X(*tops)"]


def test_a_type_that_nobody_knows_is_made_and_told_of_once_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say_once.cache_clear()
    for _ in range(2):
        n = NetSpec()
        n.image, n.heat = L.CPMDatta(data_param=dict(source="lmdb", batch_size=8), ntop=2)
        n.c = L.Convolutoin(n.heat, in_place=True)
    assert written(n.to_proto()) == (
        'layer {\n  name: "image"\n  type: "CPMDatta"\n  top: "image"\n  top: "heat"\n'
        '  data_param {\n    source: "lmdb"\n    batch_size: 8\n  }\n}\n'
        'layer {\n  name: "c"\n  type: "Convolutoin"\n  bottom: "heat"\n  top: "heat"\n}\n'
    )
    said = capsys.readouterr().err
    assert "L.Convolutoin: no layer type of that name is known; did you mean 'Convolution'" in said
    assert said.count("\n") == 2


def test_a_parameter_of_a_type_that_nobody_knows_is_one_of_the_layers() -> None:
    with pytest.raises(
        AttributeError, match=r"Mystery has no parameter 'q'; it has those of Layer"
    ):
        to_proto(L.Mystery(q=3))


def test_a_placeholder_is_made_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert to_proto(L.Layer()).layer[0].type == "Layer"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", fk.layer_types.names())
def test_every_known_type_can_be_made(name: str) -> None:
    assert to_proto(getattr(L, name)()).layer[0].type == name
    assert name in dir(L)


def test_a_parameter_that_nobody_knows_is_an_attribute_error_with_the_nearest() -> None:
    top = L.Convolution(L.Input(), kernal_size=3)
    with pytest.raises(AttributeError, match=r"no parameter 'kernal_size'.*'kernel_size'"):
        top.to_proto()
    with pytest.raises(AttributeError, match="FillerParameter has no field 'typ'"):
        L.Convolution(L.Input(), weight_filler=dict(typ="xavier")).to_proto()


def test_a_deconvolution_takes_its_parameters_as_a_convolution_does() -> None:
    whole = L.Deconvolution(L.Input(), convolution_param=dict(num_output=2, kernel_size=4))
    alone = L.Deconvolution(L.Input(), num_output=2, kernel_size=4)
    assert alone.to_proto() == whole.to_proto()
    assert alone.to_proto().layer[1].convolution_param.num_output == 2
    with pytest.raises(AttributeError, match="Deconvolution has no parameter 'num_outputs'"):
        L.Deconvolution(L.Input(), num_outputs=2).to_proto()


def test_a_value_of_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        L.InnerProduct(L.Input(), num_output="ten").to_proto()


def test_rules_phases_and_loss_weights_are_set() -> None:
    layer = L.SoftmaxWithLoss(
        L.Input(),
        include=[dict(phase=caffe.TEST, stage="deploy"), dict(phase=caffe.TRAIN)],
        loss_weight=0.5,
        phase=caffe.TEST,
    ).to_proto().layer[1]  # fmt: skip
    assert [rule.phase for rule in layer.include] == [caffe.TEST, caffe.TRAIN]
    assert layer.include[0].stage == ["deploy"]
    assert (list(layer.loss_weight), layer.phase) == ([0.5], caffe.TEST)


def test_numbers_of_numpys_are_numbers() -> None:
    layer = L.InnerProduct(L.Input(), num_output=np.int64(7)).to_proto().layer[1]
    assert layer.inner_product_param.num_output == 7


def test_params_are_the_constants_of_the_messages() -> None:
    assert (P.Pooling.MAX, P.Pooling.AVE, P.Pooling.STOCHASTIC) == (0, 1, 2)
    assert (P.Eltwise.PROD, P.Eltwise.SUM, P.Eltwise.MAX) == (0, 1, 2)
    assert (P.Data.LEVELDB, P.Data.LMDB) == (0, 1)
    assert P.PriorBox.CENTER_SIZE == caffe_pb2.PriorBoxParameter.CENTER_SIZE
    with pytest.raises(AttributeError):
        _ = P.Pooling.MEDIAN
    with pytest.raises(AttributeError, match="'PoolignParameter'; did you mean 'Pooling"):
        _ = P.Poolign.MAX


# assign_proto


def test_dicts_lists_and_single_values_are_assigned() -> None:
    layer = caffe_pb2.LayerParameter()
    assign_proto(layer, "name", "conv")
    assign_proto(layer, "top", "a")
    assign_proto(layer, "top", ["b", "c"])
    assign_proto(layer, "param", dict(lr_mult=1))
    assign_proto(layer, "convolution_param", dict(kernel_size=[3, 5], bias_filler=dict(value=1)))
    assert (layer.name, list(layer.top)) == ("conv", ["a", "b", "c"])
    assert [param.lr_mult for param in layer.param] == [1]
    assert layer.convolution_param.kernel_size == [3, 5]
    assert layer.convolution_param.bias_filler.value == 1


@pytest.mark.parametrize(
    ("name", "value"), [("nothing", 1), ("name", ["a"]), ("name", dict(a=1)), ("relu_param", 1)]
)
def test_what_a_field_cannot_be_is_an_attribute_error(name: str, value: object) -> None:
    with pytest.raises(AttributeError):
        assign_proto(caffe_pb2.LayerParameter(), name, value)


def test_the_parameters_of_each_type_are_found_by_its_name() -> None:
    names = param_name_dict()
    assert names["Convolution"] == "convolution"
    assert names["InnerProduct"] == "inner_product"
    assert names["LRN"] == "lrn"
    assert names["HDF5Data"] == "hdf5_data"
    assert names["Transformation"] == "transform"
    assert names["ReLU"] == "relu"
    assert names["Normalize"] == "norm"
    assert "Deconvolution" not in names


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"weight_filler": "xavier"}, AttributeError, r"weight_filler takes a dict.*'xavier'"),
        ({"num_output": "3"}, TypeError, r"ConvolutionParameter\.num_output does not take '3'"),
        ({"kernel_size": ["three"]}, TypeError, r"kernel_size does not take \['three'\]"),
        ({"param": {"lr_mult": "1"}}, TypeError, r"ParamSpec\.lr_mult does not take '1'"),
        ({"engine": "CUDNNN"}, (TypeError, ValueError), r"engine does not take 'CUDNNN'"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_parameter(
    params: dict[str, Any], error: type[Exception] | tuple[type[Exception], ...], message: str
) -> None:
    n = NetSpec()
    n.data = L.Input()
    n.conv = L.Convolution(n.data, **params)
    with pytest.raises(error, match=message):
        n.to_proto()


def test_a_constant_that_is_not_there_offers_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"PoolingParameter has no constant 'MAXX'.*'MAX'"):
        P.Pooling.MAXX  # noqa: B018
    assert {"MAX", "AVE"} <= set(dir(P.Pooling))
    assert {"Pooling", "Eltwise"} <= set(dir(P))


# What a layer tells of itself


def test_a_top_tells_its_layer_and_which_of_its_tops_it_is() -> None:
    tops = L.Data(batch_size=2, ntop=3)
    assert type(tops) is tuple
    assert [top.n for top in tops] == [0, 1, 2]
    (function,) = {top.fn for top in tops}
    assert function.tops == tops
    one = L.ReLU(tops[0])
    assert (type(one), one.n, one.fn.tops) == (Top, 0, (one,))


def test_a_function_tells_what_it_was_made_of() -> None:
    data, label = L.Data(ntop=2)
    function = L.Eltwise(data, label, operation=P.Eltwise.MAX, in_place=True, ntop=1).fn
    assert isinstance(function, Function)
    assert function.type_name == "Eltwise"
    assert function.inputs == (data, label)
    assert function.params == {"operation": 2}  # the two others are no parameters
    assert (function.ntop, function.in_place) == (1, True)
    plain = L.Silence(data, ntop=0)
    assert (plain.ntop, plain.in_place, plain.tops, plain.params) == (0, False, (), {})


def test_a_function_can_be_made_by_hand() -> None:
    data = Function("Input", (), {"shape": {"dim": [1]}})
    top = Top(Function("ReLU", (data.tops[0],), {}), 0)
    assert [layer.name for layer in top.to_proto().layer] == ["Input1", "ReLU1"]


def test_nothing_makes_an_empty_net() -> None:
    assert to_proto() == NetSpec().to_proto() == caffe_pb2.NetParameter()


def test_of_two_names_of_one_top_the_last_is_its_name() -> None:
    n = NetSpec()
    n.first = L.Input(shape=dict(dim=[1]))
    n.second = n.first
    assert n.keys() == ["first", "second"]
    (layer,) = n.to_proto().layer
    assert (layer.name, list(layer.top)) == ("second", ["second"])


def test_a_name_that_is_given_again_keeps_its_place_and_leaves_the_old_layer_without_one() -> None:
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1]))
    n.act = L.ReLU(n.data)
    n.out = L.Power(n.act)
    n.act = L.TanH(n.data)
    assert n.keys() == ["data", "act", "out"]
    net = n.to_proto()
    assert [(layer.type, layer.name) for layer in net.layer] == [
        *(("Input", "data"), ("TanH", "act"), ("ReLU", "ReLU1"), ("Power", "out")),
    ]
    assert net.layer[3].bottom == ["ReLU1"]


def test_the_parameters_of_each_of_caffes_types_are_in_the_field_that_caffe_has() -> None:
    fields = of_caffe.LayerParameter.DESCRIPTOR.fields
    wanted = {
        field.message_type.name.removesuffix("Parameter"): field.name.removesuffix("_param")
        for field in fields
        if field.message_type is not None and field.name.endswith("_param")
    }
    assert len(wanted) == 49
    found = param_name_dict()
    assert {name: found[name] for name in wanted} == wanted


def test_a_net_of_layers_without_tops_gives_nothing(write: WriteNet) -> None:
    """From pycaffe's own tests."""
    n = NetSpec()
    n.one, n.two = L.DummyData(shape=dict(dim=3), ntop=2)
    n.quiet_one, n.quiet_two = L.Silence(n.one, ntop=0), L.Silence(n.two, ntop=0)
    layers = [(layer.name, list(layer.bottom), list(layer.top)) for layer in n.to_proto().layer]
    assert layers == [
        ("one", [], ["one", "two"]),
        ("quiet_one", ["one"], []),
        ("quiet_two", ["two"], []),
    ]
    pytest.importorskip("torch")
    assert caffe.Net(write(str(n.to_proto())), caffe.TEST).forward() == {}


def test_a_copy_of_param_name_dict_that_takes_the_last_field_finds_caffes() -> None:
    fields = [
        (field.message_type.name.removesuffix("Parameter"), field.name.removesuffix("_param"))
        for field in caffe_pb2.LayerParameter.DESCRIPTOR.fields
        if field.name.endswith("_param") and field.message_type is not None
    ]
    assert dict(fields) == param_name_dict()
    assert (dict(fields)["ReLU"], dict(fields)["Normalize"]) == ("relu", "norm")


def test_a_truth_value_does_for_a_number_of_an_enum() -> None:
    # From real Caffe 1.0: False is 0, FULL; True is 1, VALID.
    for value, text in ((False, "FULL"), (True, "VALID")):
        loss = caffe_pb2.LossParameter()
        assign_proto(loss, "normalization", value)
        assert str(loss) == f"normalization: {text}\n"
