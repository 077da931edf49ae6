"""What a net's notes say of how it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from net_texts import INPUT, PRODUCT

import fillerkit as fk
from fillerkit.nets.notes import other_notes, start_notes


def test_a_net_without_layers_says_so() -> None:
    assert fk.load_net("\n").notes == ("there is no layer in it",)


def test_weights_without_a_filler_are_told_of() -> None:
    bare = PRODUCT.replace('weight_filler { type: "xavier" }', "").replace("BLOBS", "")
    assert fk.load_net(INPUT + bare).notes == (
        "all zeros, as Caffe leaves a weight without a weight_filler: ip",
    )


def test_a_blob_of_an_unknown_layer_without_a_filler_is_told_of() -> None:
    text = INPUT + 'layer { name: "gate" type: "Gatefold" bottom: "data" top: "gate" }'

    def notes(*blobs: str) -> tuple[str, ...]:
        return fk.load_net(text, shapes={"gate": (2, 3)}, params={"gate": blobs}).notes

    told = "all zeros, since no filler is stated for a blob of it: gate"
    assert notes("3x4", "3") == (told,)
    assert notes("3x4:xavier", "3") == ()
    assert notes("3x4:constant") == ()


def test_weights_that_a_file_gives_are_not_told_of() -> None:
    bare = PRODUCT.replace('weight_filler { type: "xavier" }', "").replace("BLOBS", "")
    net = fk.load_net(INPUT + bare)
    assert start_notes(net.layers, {(1, 0)}) == []
    assert start_notes(net.layers, {(0, 0), (1, 1)}) == list(net.notes)
    assert other_notes(("first", *net.notes, "last"), net.layers) == ["first", "last"]


def test_values_that_are_not_finite_are_told_of() -> None:
    filler = 'weight_filler { type: "constant" value: inf }'
    wild = PRODUCT.replace('weight_filler { type: "xavier" }', filler).replace("BLOBS", "")
    assert fk.load_net(INPUT + wild).notes == ("infinite or not a number: ip/weight",)


def test_fields_that_only_a_fork_acts_upon_are_told_of_in_one_line() -> None:
    norm = (
        'layer {{ name: "{0}" type: "BatchNorm" bottom: "data" top: "{0}" '
        "batch_norm_param {{ use_weight_bias: true eps: 0.001 }} }}\n"
    )
    assert fk.load_net(INPUT + norm.format("a") + norm.format("b")).notes == (
        "layers 'a', 'b' (BatchNorm): batch_norm_param.use_weight_bias, which Intel's Caffe reads, "
        "is not acted upon here: shapes or values may differ",
    )


def test_a_default_that_is_written_out_is_not_told_of() -> None:
    pool = (
        'layer { name: "p" type: "Pooling" bottom: "data" top: "p" '
        "pooling_param { kernel_size: 1 axis: 1 } }"
    )
    assert fk.load_net(INPUT.replace("6", "6, 1, 1") + pool).notes == ()


def test_fields_that_a_given_schema_adds_to_known_types_are_told_of(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools")
    (tmp_path / "caffe.proto").write_text("""
syntax = "proto2";
package caffe;
message LayerParameter { optional string name = 1; optional string type = 2;
                         repeated string bottom = 3; repeated string top = 4;
                         optional InnerProductParameter inner_product_param = 117; }
message InnerProductParameter { optional uint32 parts = 44; }
""")
    parts = PRODUCT.replace("num_output: 1", "num_output: 1 parts: 2").replace("BLOBS", "")
    assert fk.load_net(INPUT + parts, proto=tmp_path / "caffe.proto").notes == (
        "layer 'ip' (InnerProduct): inner_product_param.parts, which the fork's own schema adds, "
        "is not acted upon here: shapes or values may differ",
    )
