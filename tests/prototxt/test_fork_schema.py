"""A fork's own caffe.proto beside all that is known already."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

import fillerkit as fk
from fillerkit.prototxt.fork_schema import ForkSchema, _of, compiled, fork_schema

pytest.importorskip("grpc_tools")

PROTO = """
syntax = "proto2";
package caffe;
message NetParameter { optional string name = 1; repeated LayerParameter layer = 100;
                       optional float global_grad_scale = 7; }
message LayerParameter { optional string name = 1; optional string type = 2;
  optional PwAttendParameter pw_attend_param = 201;
  optional BNParameter bn_param = 202;
  optional NormalizeParameter norm_param = 203; }
message V1LayerParameter { optional LayerType type = 5;
                           enum LayerType { NONE = 0; PW_ATTEND = 90; } }
message PwAttendParameter { required uint32 heads = 1; optional Mode mode = 2 [default = SOFT];
  enum Mode { SOFT = 0; HARD = 1; }
  optional FillerParameter weight_filler = 3; }
message FillerParameter { optional string type = 1; optional float jitter = 9 [default = 0.5]; }
message BNParameter { optional float eps = 5 [default = 0.25]; }
message NormalizeParameter { optional bool per_row = 44; }
enum Precision { FLOAT16 = 4; FLOAT = 9; }
"""


@pytest.fixture
def schema(tmp_path: Path) -> ForkSchema:
    (tmp_path / "caffe.proto").write_text(PROTO)
    return fork_schema(str(tmp_path / "caffe.proto"))


def parsed(schema: ForkSchema, text: str) -> object:
    return text_format.Parse(text, schema.LayerParameter())


def test_fields_messages_and_enums_of_the_fork_are_known(schema: ForkSchema) -> None:
    layer = schema.LayerParameter()
    text_format.Parse(
        'pw_attend_param { heads: 2 mode: HARD weight_filler { type: "x" jitter: 0.1 } }', layer
    )
    assert layer.pw_attend_param.heads == 2
    assert layer.pw_attend_param.weight_filler.jitter == pytest.approx(0.1)


def test_what_caffe_and_other_forks_have_is_known_as_before(schema: ForkSchema) -> None:
    layer = schema.LayerParameter()
    text_format.Parse("convolution_param { num_output: 3 } interp_param { zoom_factor: 8 }", layer)
    assert layer.convolution_param.num_output == 3


def test_the_numbers_of_the_fork_are_those_of_its_files(schema: ForkSchema) -> None:
    fields = schema.LayerParameter.DESCRIPTOR.fields_by_name
    assert fields["pw_attend_param"].number == 201
    assert fields["bn_param"].number == 202
    assert fields["convolution_param"].number == 106


def test_the_defaults_of_the_fork_hold(schema: ForkSchema) -> None:
    assert schema.FillerParameter().jitter == pytest.approx(0.5)
    assert schema.BNParameter().eps == pytest.approx(0.25)


def test_a_message_of_another_name_in_the_same_field_is_the_same_message(
    schema: ForkSchema,
) -> None:
    assert "per_row" in schema.LayerParameter().norm_param.DESCRIPTOR.fields_by_name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("message LayerParameter {", r"cannot be compiled: caffe\.proto:1:25: "),
        ('name: "a net"', r"cannot be compiled: caffe\.proto:1:1: "),
        ('syntax = "proto2"; message Other { }', "no message LayerParameter"),
    ],
)
def test_a_file_that_is_no_schema_of_caffe_is_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "caffe.proto").write_text(text)
    with pytest.raises(fk.PrototxtError, match=reason):
        fork_schema(str(tmp_path / "caffe.proto"))


@pytest.mark.parametrize("folder", ["", "/a/b/", "C:\\a\\"])
def test_the_line_about_the_file_is_found_whatever_protoc_calls_it(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = "WARNING: All log messages\nW0000 parser.cc:659] file: caffe.proto. Use 'edition'"
    told = f"{log}\n{folder}caffe.proto:1:25: Reached end of input.\n"
    answer = subprocess.CompletedProcess([], 1, "", told)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    with pytest.raises(fk.PrototxtError, match=r"compiled: caffe\.proto:1:25: Reached end of in"):
        compiled(tmp_path / "caffe.proto")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(fk.PrototxtError, match="no such file"):
        fork_schema(str(tmp_path / "none.proto"))


NET = """
name: "attending"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" pw_attend_param { heads: 2 }
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "a" type: "PwAttend" bottom: "conv" top: "a" pw_attend_param { heads: 7 mode: HARD }
        interp_param { zoom_factor: 8 } }
"""
OLD = """
input: "data" input_dim: [2, 3, 8, 8]
layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv" pw_attend_param { heads: 2 }
         convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
"""


@pytest.fixture
def proto(tmp_path: Path) -> Path:
    (tmp_path / "caffe.proto").write_text(PROTO)
    return tmp_path / "caffe.proto"


@pytest.mark.parametrize("text", [NET, OLD])
def test_a_net_of_the_fork_is_filled_as_without_its_own_fields(proto: Path, text: str) -> None:
    with pytest.raises(fk.PrototxtError, match="pw_attend_param"):
        fk.load_net(text)
    ours = fk.load_net(text, proto=proto).fill(3)["conv"].weight
    plain = fk.load_net(text, allow_unknown_fields=True).fill(3)["conv"].weight
    assert ours.tobytes() == plain.tobytes()


@pytest.mark.parametrize(
    ("wrong", "said"), [("heads: x", "takes an integer"), ("head: 2", "has no field 'head'")]
)
def test_its_fields_are_held_against_its_schema(proto: Path, wrong: str, said: str) -> None:
    with pytest.raises(fk.PrototxtError, match=said):
        fk.load_net(NET.replace("heads: 7", wrong), proto=proto)


def test_its_required_fields_are_asked_for(proto: Path) -> None:
    with pytest.raises(fk.PrototxtError, match="needs 'heads'"):
        fk.load_net(NET.replace("heads: 7 ", ""), proto=proto)


def test_upgrade_keeps_its_fields(proto: Path) -> None:
    text = fk.upgrade_text(OLD, proto=proto)
    assert "heads: 2" in text
    assert fk.load_net(text, proto=proto).count == fk.load_net(OLD, proto=proto).count


def test_a_caffemodel_has_its_fields_by_its_numbers(
    tmp_path: Path, proto: Path, schema: ForkSchema
) -> None:
    net = fk.load_net(NET, proto=proto, shapes={"a": (2,)}, params={"a": ["5"]})
    net.save(tmp_path / "net.caffemodel", seed=3)
    saved = schema.NetParameter.FromString((tmp_path / "net.caffemodel").read_bytes())
    assert [layer.pw_attend_param.heads for layer in saved.layer] == [0, 2, 7]
    assert not saved.layer[2].HasField("interp_param")  # whose number in its files is not known
    blobs = fk.load(tmp_path / "net.caffemodel")
    assert blobs["conv"].weight.tobytes() == net.fill(3)["conv"].weight.tobytes()


def test_a_caffemodel_of_the_fork_is_read_and_written_by_its_numbers(
    tmp_path: Path, proto: Path, schema: ForkSchema
) -> None:
    theirs = schema.NetParameter(name="n")
    layer = theirs.layer.add(name="a", type="PwAttend")
    layer.pw_attend_param.heads = 7
    layer.blobs.add(data=[1, 2]).shape.dim.append(2)
    (tmp_path / "theirs.caffemodel").write_bytes(theirs.SerializeToString())
    blobs = fk.load(tmp_path / "theirs.caffemodel", proto=proto)
    assert blobs.model is not None
    read: Any = blobs.model.layers[0][1]
    assert read.pw_attend_param.heads == 7
    blobs.save(tmp_path / "ours.caffemodel")
    ours = schema.NetParameter.FromString((tmp_path / "ours.caffemodel").read_bytes())
    assert ours.layer[0].pw_attend_param.heads == 7


def test_a_v1_type_in_bytes_is_the_forks(tmp_path: Path) -> None:
    (tmp_path / "caffe.proto").write_text("""syntax = "proto2"; package caffe;
        message LayerParameter { optional string type = 2; }
        message V1LayerParameter { enum LayerType { NONE = 0; CROP = 41; VIDEO_DATA = 42; } }""")
    layer = b"\x22\x01a\x28\x29"  # name: "a" type: 41, which happynear's Caffe calls LOCAL
    data = bytes([2 << 3 | 2, len(layer)]) + layer
    (tmp_path / "v1.caffemodel").write_bytes(data)
    for proto, kind in ((None, "Local"), (tmp_path / "caffe.proto", "Crop")):
        model = fk.load(tmp_path / "v1.caffemodel", proto=proto).model
        assert model is not None
        assert [layer.type for _, layer in model.layers] == [kind]


def test_a_v1_type_of_the_fork_gets_its_name_of_today(proto: Path) -> None:
    text = OLD + 'layers { name: "a" type: PW_ATTEND bottom: "conv" top: "a" }'
    types = [layer.type for layer, _ in fk.read_net(text, proto=proto).layers]
    assert types == ["Input", "Convolution", "PwAttend"]


def test_a_schema_without_the_compiler_says_what_to_install(
    proto: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "grpc_tools", None)
    _of.cache_clear()
    with pytest.raises(fk.UsageError, match=r"fillerkit\[proto\]"):
        fk.load_net(NET, proto=proto)


def parameter(tmp_path: Path, field: str, rest: str = "") -> Path:
    """A fork's schema with one field more in PoolingParameter."""
    (tmp_path / "caffe.proto").write_text(f"""
        syntax = "proto2"; package caffe;
        message LayerParameter {{ optional string type = 2;
          optional PoolingParameter pooling_param = 121; optional YoloParameter yolo_param = 300; }}
        message PoolingParameter {{ {field} }} {rest or "message YoloParameter { }"}""")
    return tmp_path / "caffe.proto"


def test_a_field_that_the_fork_has_for_each_axis_is_read_so(tmp_path: Path) -> None:
    proto = parameter(tmp_path, "repeated uint32 kernel_h = 5;")
    text = """layer { name: "p" type: "Pooling" bottom: "d" top: "p"
                      pooling_param { kernel_h: 4 kernel_h: 5 kernel_h: 6 } }"""
    with pytest.raises(fk.PrototxtError, match="'kernel_h' is given twice"):
        fk.read_net(text)
    layer, _ = fk.read_net(text, proto=proto).layers[0]
    assert list(layer.pooling_param.kernel_h_each) == [4, 5, 6]  # type: ignore[attr-defined]
    assert fk.upgrade_text(text, proto=proto).count(" kernel_h: ") == 3


def test_a_field_of_several_forks_has_the_type_that_the_given_one_says(tmp_path: Path) -> None:
    proto = parameter(tmp_path, "repeated uint32 kernel_shape = 15;")
    text = 'layer { name: "p" type: "X" pooling_param { kernel_shape: 3 kernel_shape: 4 } }'
    layer, _ = fk.read_net(text, proto=proto).layers[0]
    assert [*layer.pooling_param.kernel_shape] == [3, 4]  # type: ignore[misc]


SHAPES = "repeated uint32 kernel_shape = 15; repeated uint32 stride_shape = 14;"


def test_a_pooling_by_shapes_that_are_numbers_takes_volumes(tmp_path: Path) -> None:
    proto = parameter(tmp_path, f"{SHAPES} repeated uint32 pad_shape = 13;")
    text = """layer {{ name: "p" type: "Pooling" bottom: "d" top: "p"
                       pooling_param {{ {} }} }}"""
    several = "kernel_shape: 3 kernel_shape: 2 kernel_shape: 1 stride_shape: 2 kernel_size: 9"
    net = fk.load_net(text.format(several), proto=proto, shapes={"d": (1, 4, 8, 9, 10)})
    # (8 - 3) / 2, (9 - 2) / 2 and (10 - 1) / 2, counted up, and 1 more.
    assert net.layers[-1].tops == (("p", (1, 4, 4, 5, 6)),)
    assert net.notes == ("d: an input, since no layer makes it",)
    padded = text.format("kernel_shape: 3 pad_shape: 1")
    net = fk.load_net(padded, proto=proto, shapes={"d": (1, 4, 8, 9, 10)})
    assert net.layers[-1].tops == (("p", (1, 4, 8, 9, 10)),)
    with pytest.raises(fk.LayerError, match="kernel_shape once, or once for each of its 3"):
        few = text.format("kernel_shape: 3 kernel_shape: 2")
        fk.load_net(few, proto=proto, shapes={"d": (1, 4, 8, 9, 10)})


def test_a_message_that_the_fork_has_once_and_another_several_times_is_read(tmp_path: Path) -> None:
    (tmp_path / "caffe.proto").write_text("""
        syntax = "proto2"; package caffe;
        message LayerParameter { optional TransformationParameter transform_param = 100; }
        message TransformationParameter { optional ResizeParameter resize_param = 12; }
        message ResizeParameter { optional uint32 height = 3; optional uint32 width = 4; }
    """)
    text = """layer { name: "d" type: "AnnotatedData" top: "d"
                      data_param { source: "s" batch_size: 2 }
                      transform_param { mean_value: [1, 2, 3]
                                        resize_param { height: 30 width: 40 } } }"""
    net = fk.load_net(text, proto=tmp_path / "caffe.proto")
    assert net.layers[0].tops == (("d", (2, 3, 30, 40)),)


def test_a_schema_is_compiled_again_when_its_file_changes(tmp_path: Path) -> None:
    path = parameter(tmp_path, "")
    first = fork_schema(str(path))
    assert fork_schema(str(path)) is first
    path = parameter(tmp_path, "optional int32 more = 12345;")
    assert "more" in fork_schema(str(path)).PoolingParameter.DESCRIPTOR.fields_by_name


def test_an_enum_in_a_message_of_another_name_is_found(tmp_path: Path) -> None:
    first = fork_schema(str(parameter(tmp_path, ""))).LayerParameter.DESCRIPTOR.fields_by_name
    assert first["yolo_param"].message_type.name == "YoloParameter"
    other = parameter(
        tmp_path,
        "optional YoloParameter.Engine engine = 11;",
        """
        message YoloParameter { enum Engine { MLU = 0; } optional Engine engine = 2; }""",
    )
    text = other.read_text().replace("YoloParameter yolo_param", "YoloParameter interp_param")
    other.write_text(text)
    text = 'layer { name: "p" type: "X" interp_param { engine: MLU } }'
    assert fk.read_net(text, proto=other).layers[0][0].HasField("interp_param")


def test_a_plan_that_stands_on_another_takes_layers_of_the_fork(proto: Path) -> None:
    text = """layer { name: "c" type: "NdConvolution" bottom: "d" top: "c" convolution_param {
               num_output: 2 kernel_shape { dim: [3, 3, 3] } weight_filler { type: "xavier" } } }"""
    net = fk.load_net(text, proto=proto, shapes={"d": (1, 3, 8, 8, 8)})
    assert net.layers[-1].params[0].shape == (2, 3, 3, 3, 3)


YEAR_ONE = """syntax = "proto2"; package caffe;
message NetParameter { repeated LayerConnection layers = 2; }
message LayerConnection { optional LayerParameter layer = 1; repeated string bottom = 2; }
message LayerParameter { optional string type = 2; repeated string blobs_lr_policy = 56; }"""


def test_a_schema_of_caffes_first_year_is_that_of_v0(tmp_path: Path) -> None:
    (tmp_path / "caffe.proto").write_text(YEAR_ONE)
    text = """input: "d" input_dim: [2, 3, 8, 8]
        layers { layer { name: "c" type: "conv" num_output: 2 kernelsize: 3
                         blobs_lr_policy: "inv" } bottom: "d" top: "c" }"""
    with pytest.raises(fk.PrototxtError, match="V0LayerParameter has no field 'blobs_lr_policy'"):
        fk.load_net(text)
    assert fk.load_net(text, proto=tmp_path / "caffe.proto").count == 56


YEAR_TWO = """syntax = "proto2"; package caffe;
message NetParameter { repeated LayerParameter layers = 2; }
message LayerParameter { optional LayerType type = 5; enum LayerType { NONE = 0; FOO = 90; }
  optional FooParameter foo_param = 60; optional bool strict_dim = 61; repeated float q = 62; }
message FooParameter { optional float a = 1; }"""


def test_a_schema_of_caffes_second_year_is_that_of_v1(tmp_path: Path) -> None:
    (tmp_path / "caffe.proto").write_text(YEAR_TWO)
    text = """layers { name: "f" type: FOO bottom: "d" top: "f" foo_param { a: 4 }
                       strict_dim: false q: 1 q: 2 }"""
    upgraded = fk.upgrade_text(text, proto=tmp_path / "caffe.proto")
    for said in ('type: "Foo"', "a: 4", "strict_dim: false", "q: 2"):
        assert said in upgraded


def test_a_number_that_stands_twice_is_told_with_its_place_and_what_helps(tmp_path: Path) -> None:
    (tmp_path / "caffe.proto").write_text("""syntax = "proto2"; package caffe;
message LayerParameter {
  optional uint32 a = 147;
  optional uint32 b = 147;
}""")
    with pytest.raises(fk.PrototxtError) as caught:
        fk.load_net(NET, proto=tmp_path / "caffe.proto")
    assert re.search(
        r"caffe\.proto:4:23: Field number 147 has already been used .*\. Mend a copy of the file "
        r"at that line and column, .*: allow_unknown_fields=True$",
        caught.value.message,
    )


def test_fields_of_v1_layers_are_carried_over_whether_repeated_or_not(tmp_path: Path) -> None:
    fields = "optional uint32 bits = 300; repeated uint32 parts = 301; repeated Shift shifts = 302;"
    (tmp_path / "caffe.proto").write_text(f"""
        syntax = "proto2"; package caffe;
        message LayerParameter {{ {fields} }}
        message V1LayerParameter {{ {fields} }}
        message Shift {{ optional float by = 1; }}
    """)
    text = OLD.replace("pw_attend_param { heads: 2 }", "bits: 3 parts: [1, 2] shifts { by: 4 }")
    layer: Any = fk.read_net(text, proto=tmp_path / "caffe.proto").layers[-1][0]
    assert (layer.bits, list(layer.parts), layer.shifts[0].by) == (3, [1, 2], 4)
