"""A fork's ``caffe.proto`` becomes the facts that ``forks.proto`` is made from."""

import json
import subprocess
import sys
from pathlib import Path

import make_forks
import pytest

pytest.importorskip("grpc_tools")

TOOL = make_forks.ROOT / "tools" / "fork_facts.py"
CAFFE = make_forks.ROOT / "proto" / "caffe.proto"


def facts(proto: Path) -> dict[str, dict[str, dict[str, object]]]:
    done = subprocess.run([sys.executable, TOOL, proto], capture_output=True, check=True)
    found: dict[str, dict[str, dict[str, object]]] = json.loads(done.stdout)
    return found


def test_caffe_itself_adds_nothing() -> None:
    assert facts(CAFFE) == {"messages": {}, "enums": {}}


def test_what_a_fork_adds_is_said_with_label_type_and_default(tmp_path: Path) -> None:
    proto = tmp_path / "caffe.proto"
    text = CAFFE.read_text(encoding="utf-8").replace("package fillerkit.caffe;", "package caffe;")
    text = text.replace(
        "message ReLUParameter {",
        "message ReLUParameter {\n  optional float ceiling = 900 [default = 6];\n"
        "  enum Edge { SHARP = 0; ROUND = 1; }\n  optional Edge edge = 901 [default = ROUND];",
    )
    text += (
        "message AttendParameter {\n  required uint32 heads = 1;\n"
        "  repeated float scale = 2 [packed = true];\n"
        "  optional FillerParameter weight_filler = 3;\n}\n"
    )
    proto.write_text(text, encoding="utf-8")

    assert facts(proto) == {
        "messages": {
            "ReLUParameter": {
                "ceiling": {"label": "optional", "type": "float", "default": "6"},
                "edge": {
                    "label": "optional",
                    "type": "ReLUParameter.Edge",
                    "default": "ROUND",
                },
            },
            "AttendParameter": {
                "heads": {"label": "required", "type": "uint32"},
                "scale": {"label": "repeated", "type": "float", "packed": True},
                "weight_filler": {"label": "optional", "type": "FillerParameter"},
            },
        },
        "enums": {"ReLUParameter.Edge": {"SHARP": 0, "ROUND": 1}},
    }


def test_the_facts_are_read_as_those_of_a_fork(tmp_path: Path) -> None:
    proto = tmp_path / "caffe.proto"
    text = CAFFE.read_text(encoding="utf-8")
    proto.write_text(text + "message Own { optional string word = 1 [default = 'a']; }\n")

    schema = make_forks.facts_schema(facts(proto))

    assert schema.messages["Own"]["word"] == make_forks.Field("optional", "string", "a")
