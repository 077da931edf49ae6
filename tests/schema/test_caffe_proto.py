"""The compiled schema is Caffe 1.0's, and lives beside Caffe's own in one process.

``bvlc-1.0.json`` is the reference: each message's fields (number, label, type, default, packed) and
each enum's values, as Caffe 1.0 defines them.
"""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, text_format
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.internal import builder
from google.protobuf.message import Message

from fillerkit.schema import caffe_pb2

CAFFE = json.loads(Path(__file__).with_name("bvlc-1.0.json").read_text(encoding="utf-8"))
MESSAGES: dict[str, dict[str, dict[str, Any]]] = CAFFE["messages"]
ENUMS: dict[str, dict[str, int]] = CAFFE["enums"]

OURS = FileDescriptorProto.FromString(caffe_pb2.DESCRIPTOR.serialized_pb)
PREFIX = f".{OURS.package}."

NET = """
name: "both"
force_backward: true
state { phase: TRAIN level: 2 stage: "deploy" }
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv" loss_weight: 0.1
  param { name: "w" share_mode: PERMISSIVE lr_mult: 2 }
  blobs { shape { dim: 2 dim: 300 } data: 0.1 data: -1e-9 diff: 3 double_data: 0.1 }
  convolution_param {
    num_output: 2 kernel_size: 3 kernel_size: 5 axis: -3
    weight_filler { type: "gaussian" std: 0.01 sparse: 3 variance_norm: AVERAGE }
  }
  clip_param { min: -1 max: 1 }
}
layers {
  name: "v1" type: INNER_PRODUCT blobs_lr: 1 blob_share_mode: PERMISSIVE param: "w"
  layer { name: "v0" type: "conv" pool: AVE hdf5_output_param { file_name: "out" } }
}
"""


def default_value(kind: str, text: str) -> object:
    """Read a default: floats as the float32 that is stored, enums by their name."""
    if kind == "float":
        return np.float32(text)
    if kind == "bool":
        return {"true": True, "false": False}[text]
    if kind in {"int32", "int64", "uint32"}:
        return int(text)
    return text


def expected_field(field: dict[str, Any]) -> dict[str, object]:
    """One field of the reference, its default as a value."""
    if "default" not in field:
        return field
    return {**field, "default": default_value(field["type"], field["default"])}


def compiled_field(field: FieldDescriptorProto) -> dict[str, object]:
    """One compiled field, as the reference writes it."""
    kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    if kind in {"message", "enum"}:
        kind = field.type_name.removeprefix(PREFIX)
    label = FieldDescriptorProto.Label.Name(field.label).removeprefix("LABEL_").lower()
    facts: dict[str, object] = {"number": field.number, "label": label, "type": kind}
    if field.HasField("default_value"):
        facts["default"] = default_value(kind, field.default_value)
    if field.options.packed:
        facts["packed"] = True
    return facts


def compiled_enums() -> dict[str, dict[str, int]]:
    """Every compiled enum by name, a nested one with its message's name before it."""
    named = [(enum.name, enum) for enum in OURS.enum_type]
    for message in OURS.message_type:
        named += [(f"{message.name}.{enum.name}", enum) for enum in message.enum_type]
    return {name: {value.name: value.number for value in enum.value} for name, enum in named}


def parts(proto: Message) -> set[str]:
    """Which parts of a descriptor are used at all."""
    return {field.name for field, _ in proto.ListFields()}


def test_our_file_and_package_are_not_named_like_caffes() -> None:
    assert caffe_pb2.DESCRIPTOR.name == "fillerkit/schema/caffe.proto"
    assert caffe_pb2.DESCRIPTOR.package == "fillerkit.caffe"


def test_the_messages_are_caffes() -> None:
    assert sorted(message.name for message in OURS.message_type) == sorted(MESSAGES)


@pytest.mark.parametrize("message", OURS.message_type, ids=lambda message: str(message.name))
def test_each_message_has_caffes_fields(message: descriptor_pb2.DescriptorProto) -> None:
    compiled = {field.name: compiled_field(field) for field in message.field}
    expected = {name: expected_field(field) for name, field in MESSAGES[message.name].items()}
    assert compiled == expected


def test_the_enums_and_their_values_are_caffes() -> None:
    assert compiled_enums() == ENUMS


def test_the_schema_uses_nothing_that_the_reference_does_not_describe() -> None:
    assert parts(OURS) == {"name", "package", "message_type", "enum_type"}
    for message in OURS.message_type:
        assert parts(message) <= {"name", "field", "enum_type"}
        for field in message.field:
            allowed = {"name", "number", "label", "type", "type_name", "default_value", "options"}
            assert parts(field) <= allowed
            assert parts(field.options) <= {"packed"}
    for enum in [*OURS.enum_type, *(e for m in OURS.message_type for e in m.enum_type)]:
        assert parts(enum) == {"name", "value"}
        assert all(parts(value) == {"name", "number"} for value in enum.value)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_field_that_is_not_set_reads_as_caffes_default(name: str) -> None:
    message = getattr(caffe_pb2, name)()
    for field_name, field in MESSAGES[name].items():
        if "default" not in field:
            continue
        value = getattr(message, field_name)
        if field["type"] in ENUMS:
            assert value == ENUMS[field["type"]][field["default"]]
        elif field["type"] == "float":
            # The pure-Python runtime keeps the double that the text says.
            assert np.float32(value) == np.float32(field["default"])
        else:
            assert value == default_value(field["type"], field["default"])
        assert not message.HasField(field_name)


@pytest.fixture(scope="module")
def their_net() -> type[Message]:
    """NetParameter as Caffe's own module registers it: file caffe.proto, package caffe."""
    theirs = FileDescriptorProto.FromString(OURS.SerializeToString())
    theirs.name, theirs.package = "caffe.proto", "caffe"
    for message in theirs.message_type:
        for field in message.field:
            if field.type_name:
                field.type_name = f".caffe.{field.type_name.removeprefix(PREFIX)}"
    # A difference in content: were the names alike, protobuf would refuse the second file.
    theirs.message_type.add(name="OnlyInTheirs")

    pool = descriptor_pool.Default()
    pool.AddSerializedFile(theirs.SerializeToString())
    module: dict[str, Any] = {}  # filled as a generated module fills its own
    descriptor = pool.FindFileByName("caffe.proto")
    builder.BuildMessageAndEnumDescriptors(descriptor, module)
    builder.BuildTopDescriptorsAndMessages(descriptor, "caffe_pb2", module)
    net: type[Message] = module["NetParameter"]
    return net


def test_caffes_own_module_is_another_one(their_net: type[Message]) -> None:
    assert their_net.DESCRIPTOR.full_name == "caffe.NetParameter"
    assert caffe_pb2.NetParameter.DESCRIPTOR.full_name == "fillerkit.caffe.NetParameter"


def test_caffes_own_module_reads_the_net_that_ours_writes(their_net: type[Message]) -> None:
    ours = text_format.Parse(NET, caffe_pb2.NetParameter())
    theirs = their_net.FromString(ours.SerializeToString())
    assert theirs == text_format.Parse(NET, their_net())
    assert theirs.SerializeToString() == ours.SerializeToString()


def test_ours_reads_the_net_that_caffes_own_module_writes(their_net: type[Message]) -> None:
    theirs = text_format.Parse(NET, their_net())
    ours = caffe_pb2.NetParameter.FromString(theirs.SerializeToString())
    assert ours == text_format.Parse(NET, caffe_pb2.NetParameter())
    assert ours.SerializeToString() == theirs.SerializeToString()


def test_a_blob_is_the_bytes_that_caffe_writes() -> None:
    floats = struct.pack("<3f", 1, -0.5, 3.25)
    raw = b"\x2a\x0c" + floats + b"\x3a\x05" + b"\x0a\x03\x01\xac\x02"  # data; shape { dim }
    blob = caffe_pb2.BlobProto.FromString(raw)
    assert list(blob.data) == [1, -0.5, 3.25]
    assert list(blob.shape.dim) == [1, 300]
    assert blob.SerializeToString() == raw


def test_a_blob_whose_floats_are_not_packed_reads_the_same() -> None:
    raw = b"".join(b"\x2d" + struct.pack("<f", value) for value in (1, -0.5, 3.25))
    assert list(caffe_pb2.BlobProto.FromString(raw).data) == [1, -0.5, 3.25]


def test_a_layer_is_the_bytes_that_caffe_writes() -> None:
    filler = b"\x0a\x06xavier" + b"\x40\x02"  # type, variance_norm
    inner_product = b"\x08\x0a" + b"\x1a" + bytes([len(filler)]) + filler  # num_output, filler
    raw = (
        b"\x0a\x02ip"  # name
        b"\x12\x0cInnerProduct"  # type
        b"\x1a\x04data"  # bottom
        b"\x22\x02ip"  # top
        b"\x2d\x00\x00\x80\x3f"  # loss_weight, not packed
        b"\x50\x01"  # phase
        b"\xaa\x07" + bytes([len(inner_product)]) + inner_product
    )
    layer = caffe_pb2.LayerParameter.FromString(raw)
    assert (layer.name, layer.type, layer.phase) == ("ip", "InnerProduct", caffe_pb2.TEST)
    assert (list(layer.bottom), list(layer.top), list(layer.loss_weight)) == (["data"], ["ip"], [1])
    assert layer.inner_product_param.num_output == 10
    assert layer.inner_product_param.weight_filler.type == "xavier"
    averaged = caffe_pb2.FillerParameter.AVERAGE
    assert layer.inner_product_param.weight_filler.variance_norm == averaged
    assert layer.SerializeToString() == raw
