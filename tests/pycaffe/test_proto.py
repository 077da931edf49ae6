"""``caffe.proto.caffe_pb2``: Caffe's messages under Caffe's names."""

from __future__ import annotations

import copy
import importlib
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

from fillerkit.pycaffe.proto import caffe_pb2
from fillerkit.schema import caffe_pb2 as of_caffe

LENET = Path(__file__).parents[2] / "sample_nets" / "lenet" / "train_val.prototxt"


@pytest.mark.parametrize("name", sorted(of_caffe.DESCRIPTOR.message_types_by_name))
def test_every_message_and_field_of_caffe_is_there_under_its_number(name: str) -> None:
    ours = getattr(caffe_pb2, name)()
    for field in getattr(of_caffe, name).DESCRIPTOR.fields:
        assert ours.DESCRIPTOR.fields_by_name[field.name].number == field.number


def test_enums_are_there_as_caffe_has_them() -> None:
    assert (caffe_pb2.TRAIN, caffe_pb2.TEST) == (0, 1)
    assert caffe_pb2.Phase.Value("TEST") == 1
    assert caffe_pb2.Phase.Name(0) == "TRAIN"
    assert caffe_pb2.PoolingParameter.MAX == 0
    assert caffe_pb2.PoolingParameter.PoolMethod.Value("AVE") == 1
    assert caffe_pb2.V1LayerParameter.CONVOLUTION == 4
    assert caffe_pb2.SolverParameter.SolverMode.Value("GPU") == 1


def test_prototxt_is_merged() -> None:
    net = caffe_pb2.NetParameter()
    text_format.Merge(LENET.read_text(), net)
    assert net.name == "LeNet"
    assert [layer.type for layer in net.layer][:2] == ["Data", "Data"]


def test_bytes_are_caffes() -> None:
    datum = caffe_pb2.Datum(channels=1, height=2, width=3, data=b"abcdef", label=7)
    assert datum.SerializeToString() == b"\x08\x01\x10\x02\x18\x03\x22\x06abcdef\x28\x07"
    assert caffe_pb2.Datum.FromString(datum.SerializeToString()) == datum


def test_forks_have_their_messages() -> None:
    text = 'layer { name: "p" type: "PriorBox" prior_box_param { min_size: 30 flip: true } }'
    net = text_format.Merge(text, caffe_pb2.NetParameter())
    assert net.layer[0].prior_box_param.min_size == [30]


def test_a_message_that_is_not_there_is_an_attribute_error_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="'NetParametr'; did you mean 'NetParameter'"):
        getattr(caffe_pb2, "NetParametr")  # noqa: B009


def test_the_module_holds_all_of_them_as_a_generated_one_does() -> None:
    held = vars(caffe_pb2)
    assert {*of_caffe.DESCRIPTOR.message_types_by_name} <= {*held}
    assert held["TEST"] == 1


def test_a_star_imports_all_of_it() -> None:
    names: dict[str, object] = {}
    exec("from fillerkit.pycaffe.proto.caffe_pb2 import *", names)
    for name in ("NetParameter", "SolverParameter", "Phase", "TEST", "PriorBoxParameter"):
        assert names[name] is getattr(caffe_pb2, name)
        assert name in dir(caffe_pb2)


def test_the_package_holds_it() -> None:
    assert importlib.import_module("fillerkit.pycaffe.proto").caffe_pb2 is caffe_pb2


def test_init_imports_nothing_of_it() -> None:
    code = "import sys, fillerkit.cli.init; print([m for m in sys.modules if 'pycaffe' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


MESSAGES: dict[str, Any] = dict(of_caffe.DESCRIPTOR.message_types_by_name)

NET = """
name: "small"
force_backward: true
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" phase: TEST
        param { lr_mult: 2 } blobs { shape { dim: 2 } data: 1 data: -1 }
        convolution_param { num_output: 2 pad: 1 kernel_size: 3 } }
"""
BYTES = (
    b'\x0a\x05small\x28\x01\xa2\x06\x42\x0a\x04conv\x12\x0bConvolution\x1a\x04data"\x04conv'
    b"\x32\x05\x1d\x00\x00\x00\x40\x3a\x0f\x2a\x08\x00\x00\x80\x3f\x00\x00\x80\xbf\x3a\x03\x0a"
    b"\x01\x02\x50\x01\xd2\x06\x06\x08\x02\x18\x01\x20\x03"
)


def enums() -> Iterator[tuple[str, str]]:
    """The message and the name of every enum; no message for the one that stands alone."""
    yield from (("", name) for name in of_caffe.DESCRIPTOR.enum_types_by_name)
    for message in MESSAGES.values():
        yield from ((message.name, enum.name) for enum in message.enum_types)


def described(field: Any) -> dict[str, Any]:
    options = field.GetOptions()
    return {
        "number": field.number,
        "type": field.type,
        "message": field.message_type and field.message_type.name,
        "enum": field.enum_type and field.enum_type.name,
        "default": None if field.message_type else field.default_value,
        "has default": field.has_default_value,
        "packed": options.packed,
        "deprecated": options.deprecated,
    }


def is_list(message: Any, name: str) -> bool:
    return hasattr(getattr(message(), name), "extend")


@pytest.mark.parametrize("name", MESSAGES)
def test_every_field_has_caffes_number_type_label_default_and_options(name: str) -> None:
    ours, theirs = getattr(caffe_pb2, name), getattr(of_caffe, name)
    fields = theirs.DESCRIPTOR.fields_by_name
    found = {field: described(ours.DESCRIPTOR.fields_by_name[field]) for field in fields}
    assert found == {field: described(fields[field]) for field in fields}
    assert [is_list(ours, field) for field in fields] == [
        is_list(theirs, field) for field in fields
    ]


@pytest.mark.parametrize(("message", "name"), list(enums()))
def test_every_value_of_an_enum_has_caffes_number_in_caffes_place(message: str, name: str) -> None:
    ours, theirs = (
        getattr(module, message) if message else module for module in (caffe_pb2, of_caffe)
    )
    wanted: dict[str, int] = dict(getattr(theirs, name).items())
    assert getattr(ours, name).items()[: len(wanted)] == list(wanted.items())
    assert {value: getattr(ours, value) for value in wanted} == wanted


@pytest.mark.parametrize(
    ("message", "field", "default"),
    [
        ("FillerParameter", "type", "constant"),
        ("FillerParameter", "sparse", -1),
        ("LayerParameter", "phase", 0),
        ("ParamSpec", "lr_mult", 1),
        ("ConvolutionParameter", "bias_term", True),
        ("ConvolutionParameter", "group", 1),
        ("SolverParameter", "type", "SGD"),
        ("SolverParameter", "random_seed", -1),
        ("SolverParameter", "layer_wise_reduce", True),
        ("LRNParameter", "alpha", 1),
        ("LRNParameter", "beta", 0.75),
        ("DropoutParameter", "dropout_ratio", 0.5),
        ("Datum", "encoded", False),
        ("CropParameter", "axis", 2),
        ("NetState", "phase", 1),
    ],
)
def test_a_field_that_is_not_set_has_its_default(message: str, field: str, default: object) -> None:
    made = getattr(caffe_pb2, message)()
    assert getattr(made, field) == default
    assert not made.HasField(field)


def test_the_types_of_the_oldest_layers_have_their_numbers() -> None:
    types = caffe_pb2.V1LayerParameter.LayerType
    numbers = {name: types.Value(name) for name in ("NONE", "CONVOLUTION", "DATA", "SOFTMAX_LOSS")}
    assert numbers == {"NONE": 0, "CONVOLUTION": 4, "DATA": 5, "SOFTMAX_LOSS": 21}
    assert (types.Name(39), caffe_pb2.V1LayerParameter.ABSVAL) == ("DECONVOLUTION", 35)


def test_a_net_has_these_bytes() -> None:
    net = text_format.Merge(NET, caffe_pb2.NetParameter())
    assert net.SerializeToString() == BYTES
    assert caffe_pb2.NetParameter.FromString(BYTES) == net
    assert of_caffe.NetParameter.FromString(BYTES).SerializeToString() == BYTES


def test_fields_that_nobody_knows_are_kept() -> None:
    more = b"\xa2\xc2\x06\x03new"  # the 13348th
    net = caffe_pb2.NetParameter.FromString(BYTES + more)
    assert net.layer[0].name == "conv"
    assert net.SerializeToString() == BYTES + more


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda message: pickle.loads(pickle.dumps(message))]
)
def test_a_message_is_copied_and_pickled(copied: Any) -> None:
    net = caffe_pb2.NetParameter.FromString(BYTES)
    other = copied(net)
    assert type(other) is caffe_pb2.NetParameter
    assert other == net
    other.layer[0].name = "other"
    assert net.layer[0].name == "conv"


def test_text_format_is_imported_with_it_as_with_caffe() -> None:
    code = "import google.protobuf as pb, fillerkit.pycaffe.proto.caffe_pb2; pb.text_format"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
