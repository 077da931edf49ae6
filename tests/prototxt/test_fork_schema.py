"""A fork's own caffe.proto beside all that is known already."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

import fillerkit as fk
from fillerkit.prototxt.fork_schema import ForkSchema, fork_schema

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
        ("message LayerParameter {", "cannot be compiled"),
        ('syntax = "proto2"; message Other { }', "no message LayerParameter"),
    ],
)
def test_a_file_that_is_no_schema_of_caffe_is_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "caffe.proto").write_text(text)
    with pytest.raises(fk.PrototxtError, match=reason):
        fork_schema(str(tmp_path / "caffe.proto"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(fk.PrototxtError, match="no such file"):
        fork_schema(str(tmp_path / "none.proto"))
