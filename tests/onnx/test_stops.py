"""Layers that cannot be exported: all in one error, with the blobs to stop before."""

from __future__ import annotations

import pytest

import fillerkit as fk

for name in ("torch", "onnx", "onnxscript"):
    pytest.importorskip(name, reason=f"{name} is not installed")
from fillerkit.onnx.stops import check_layers, check_outputs, with_all_ends  # noqa: E402

HEADS = """layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 8] } } }
layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: [1, 2, 8] } } }
layer { name: "loc" type: "ReLU" bottom: "data" top: "loc" }
layer { name: "conf" type: "InnerProduct" bottom: "data" top: "conf"
        inner_product_param { num_output: 4 } }
layer { name: "found" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior"
        top: "found" detection_output_param { num_classes: 2 nms_param { top_k: 4 } } }
"""
MORE = """layer { name: "odd" type: "Odd" bottom: "conf" top: "odd" }
layer { name: "after" type: "ReLU" bottom: "odd" top: "odd" }
layer { name: "other" type: "TanH" bottom: "loc" top: "other" }
"""


def refused(text: str) -> str:
    net = fk.load_net(text, phase="TEST", shapes={"odd": (1, 4)} if MORE in text else None)
    with pytest.raises(fk.UsageError) as error:
        check_layers(net)
    return str(error.value)


def test_all_are_listed_with_their_lines_and_what_is_left_before_them() -> None:
    lines = refused(HEADS + MORE).splitlines()
    assert lines[0] == "2 layers of <text> cannot be exported:"
    assert lines[1].startswith("  line 6: DetectionOutput 'found': ")
    assert lines[2].startswith("  line 8: Odd 'odd': ")
    assert lines[3] == "stop before: until=['loc', 'conf', 'other']"


def test_a_blob_that_such_a_layer_writes_over_is_no_place_to_stop() -> None:
    over = HEADS.replace('top: "found" det', 'top: "loc" det')
    assert refused(over).splitlines()[-1] == "stop before: until=['conf']"


def test_a_net_that_can_be_exported_is_let_through() -> None:
    check_layers(fk.load_net(HEADS.partition('layer { name: "found"')[0], phase="TEST"))


IP = """layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
"""


def test_what_only_a_layer_takes_that_was_passed_over_comes_out() -> None:
    odd = 'layer { name: "odd" type: "Odd" bottom: "ip" bottom: "label" top: "odd" }'
    label = HEADS.splitlines()[0].replace('"data"', '"label"')
    relu = 'layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }'
    net = fk.load_net(HEADS.splitlines()[0] + label + IP + relu + odd, phase="TEST")
    assert with_all_ends(net).outputs == ("ip",)


def test_a_net_that_nothing_comes_out_of_is_refused_with_what_could() -> None:
    silence = 'layer { name: "none" type: "Silence" bottom: "ip" }'
    net = fk.load_net(HEADS.splitlines()[0] + IP + silence, phase="TEST")
    words = r"a layer takes each of its blobs; say what comes out: until=\['ip'\]"
    with pytest.raises(fk.UsageError, match=words):
        check_outputs(with_all_ends(net))
