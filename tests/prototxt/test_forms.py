"""A net in the forms that other readers ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

import fillerkit as fk
from fillerkit.schema.forks_pb2 import LayerParameter, NetParameter, V1LayerParameter

NETS = sorted((Path(__file__).parents[1] / "conformance" / "nets").glob("*.prototxt"))
NET = """
layer { name: "in" type: "Input" top: "a" top: "b" input_param { shape { dim: [2, 3, 4, 5] } } }
layer { name: "conv" type: "Convolution" bottom: "a" top: "c" param { name: "w" }
        param { lr_mult: 2 } convolution_param { num_output: 2 kernel_size: 3 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "c" bottom: "b" loss_weight: 3 }
"""


def test_inputs_become_the_net_s_with_a_shape_each() -> None:
    net = _read(fk.upgrade_text(NET, forms=["input-shape"]))
    assert list(net.input) == ["a", "b"]
    assert [list(shape.dim) for shape in net.input_shape] == [[2, 3, 4, 5]] * 2
    assert [layer.name for layer in net.layer] == ["conv", "loss"]


def test_the_oldest_readers_get_four_input_dim_an_input() -> None:
    net = _read(fk.upgrade_text(NET, forms=["input-dim"]))
    assert list(net.input_dim) == [2, 3, 4, 5] * 2
    assert not net.input_shape


def test_v1_has_types_in_capitals_and_params_in_lists() -> None:
    net = _read(fk.upgrade_text(NET, forms=["v1"]))
    conv, loss = net.layers
    assert conv.type == V1LayerParameter.CONVOLUTION
    assert loss.type == V1LayerParameter.SOFTMAX_LOSS
    assert (list(conv.param), list(conv.blobs_lr)) == (["w"], [1, 2])
    assert (list(net.input_dim), list(loss.loss_weight)) == ([2, 3, 4, 5] * 2, [3])


@pytest.mark.parametrize(
    "field",
    [
        'conv_algos_override: "1,1,1"',
        "engine: MKLDNN",
        "hole: 1",
    ],
)
def test_fields_of_forks_on_which_no_value_depends_are_left_out(field: str) -> None:
    text = NET.replace("kernel_size: 3", f"kernel_size: 3 {field}")
    text = text.replace('"Convolution"', '"Convolution" forward_type: FLOAT16 backward_math: FLOAT')
    assert fk.upgrade_text(text, forms=["caffe"]) == fk.upgrade_text(NET)


def test_pooling_that_rounds_down_is_said_with_the_field_of_caffe() -> None:
    pool = 'layer {{ name: "p" type: "Pooling" top: "p" pooling_param {{ kernel_size: 2 {} }} }}'
    written = {
        said: fk.upgrade_text(pool.format(said), forms=["caffe"])
        for said in ("ceil_mode: false", "ceil_mode: true", "round_mode: FLOOR", "")
    }
    assert written["ceil_mode: false"] == written["round_mode: FLOOR"]
    assert written["ceil_mode: true"] == written[""]


@pytest.mark.parametrize(
    ("form", "change", "why"),
    [
        ("input-shape", ('type: "Input"', 'type: "Input" include { phase: TEST }'), "no include"),
        ("input-dim", ("[2, 3, 4, 5]", "[2, 3, 4]"), "of 4 axes, not 3"),
        ("input-shape", ('top: "b"', 'top: "b" top: "d"'), None),
        ("input-shape", ("shape {", "shape { dim: 1 } shape {"), None),
        ("input-shape", ("layer { name", 'layer { name: "x" type: "Input" top: "x" } layer { name'),
         "no shape"),
        ("v1", ('type: "Convolution"', 'type: "BatchNorm"'), "V1 has no type BatchNorm"),
        ("v1", ("loss_weight: 3", "propagate_down: [true, false]"), "V1 has no propagate_down"),
        ("caffe", ("kernel_size: 3", "kernel_size: 3 hole: 2"), "convolution_param.hole is a fork"),
        ("caffe", ('type: "Convolution"', 'type: "Permute" permute_param { order: 1 }'),
         "its permute_param is a fork's"),
    ],
)  # fmt: skip
def test_what_a_form_cannot_say_is_refused_at_its_place(
    form: str, change: tuple[str, str], why: str | None
) -> None:
    text = NET.replace(*change, 1)
    if why is None:  # it can
        fk.upgrade_text(text, forms=[form])
        return
    with pytest.raises(fk.PrototxtError, match="cannot be written in this form: .*" + why) as error:
        fk.upgrade_text(text, forms=[form])
    assert error.value.place is not None


def test_all_layers_with_what_only_a_fork_has_are_counted_in_the_error() -> None:
    permute = 'layer {{ name: "p{}" type: "Permute" permute_param {{ order: 1 order: 0 }} }}\n'
    with pytest.raises(fk.PrototxtError) as one:
        fk.upgrade_text(NET + permute.format(1), forms=["caffe"])
    assert one.value.message.endswith("its permute_param is a fork's, and values may depend on it")
    with pytest.raises(fk.PrototxtError) as five:
        fk.upgrade_text(NET + "".join(map(permute.format, range(5))), forms=["caffe"])
    assert "layer 'p0' (Permute) cannot be written in this form" in five.value.message
    nor = "; nor can 'p1' (Permute), 'p2' (Permute), 'p3' (Permute) and 1 more"
    assert five.value.message.endswith(nor)


def test_a_form_that_there_is_not_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="unknown form 'input-dims'; did you mean 'input-dim'"):
        fk.upgrade_text(NET, forms=["input-dims"])
    with pytest.raises(fk.UsageError, match="choose one"):
        fk.upgrade_text(NET, forms=["input-dim", "input-shape"])


def test_the_nets_in_a_solver_are_written_in_it_too() -> None:
    solver = f"base_lr: 1 net_param {{ {NET} }}"
    assert "input_dim: 2" in fk.upgrade_text(solver, forms=["input-dim"])


@pytest.mark.parametrize("form", ["input-shape", "input-dim", "v1", "caffe"])
def test_every_net_comes_back_as_it_was(form: str) -> None:
    """But those whose layers the form cannot say, which it refuses."""
    written = 0
    for net in NETS:
        try:
            today = fk.upgrade_text(net)
            other = fk.upgrade_text(net, forms=[form])
        except fk.PrototxtError:
            continue
        assert _meaning(fk.upgrade_text(other)) == _meaning(today), net.name
        written += other != today
    assert written > (10 if form != "caffe" else -1)


def _read(text: str) -> NetParameter:
    net: NetParameter = text_format.Parse(text, NetParameter())
    return net


def _meaning(text: str) -> list[Any]:
    """The inputs with their shapes, and every other layer, its params with nothing left unsaid."""
    inputs: list[Any] = []
    layers: list[Any] = []
    for layer in _read(text).layer:
        if layer.type == "Input":
            shapes = [tuple(shape.dim) for shape in layer.input_param.shape] or [()]
            inputs += list(zip(layer.top, shapes * len(layer.top), strict=False))
            continue
        params = [(p.name, p.share_mode, p.lr_mult, p.decay_mult) for p in layer.param]
        while params and params[-1] == ("", 0, 1, 1):
            params.pop()
        rest = LayerParameter()
        rest.CopyFrom(layer)
        rest.ClearField("param")
        layers.append((params, rest.SerializeToString()))
    return [inputs, layers]
