"""Fields that the schema does not know, in layers of types that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

import fillerkit as fk

NET = """
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3] } } }
layer { name: "c" type: "InnerProduct" bottom: "d" top: "c" inner_product_param { num_output: 3 } }
layer { name: "a" type: "PairFastLoss" bottom: "d" top: "a" pair_fast_param { size: 3 } }
layer { name: "b" type: "PairFastLoss" bottom: "d" top: "b" pair_fast_param { size: 4 } }
"""
SKIPPED = "lines 4, 5: LayerParameter.pair_fast_param is skipped"


def test_a_layer_of_a_type_that_nobody_knows_may_have_fields_of_its_own() -> None:
    assert SKIPPED in fk.load_net(NET).notes
    as_another = fk.load_net(NET, types={"PairFastLoss": "Dropout"})
    assert SKIPPED in as_another.notes


def test_fields_in_its_messages_are_passed_over_too() -> None:
    text = NET.replace("pair_fast_param", "softmax_param")
    assert "lines 4, 5: SoftmaxParameter.size is skipped" in fk.load_net(text).notes


def test_check_does_not_count_them_as_errors() -> None:
    assert not fk.check(NET).problems


@pytest.mark.parametrize("kind", ["Convolution", "Convolutoin", "ReLu"])
def test_a_known_type_and_a_slip_of_one_may_not(kind: str) -> None:
    with pytest.raises(fk.PrototxtError, match="has no field 'pair_fast_param'"):
        fk.load_net(NET.replace("PairFastLoss", kind))


def test_strict_layers_refuses_them() -> None:
    with pytest.raises(fk.PrototxtError, match="has no field 'pair_fast_param'"):
        fk.load_net(NET, strict_layers=True)


def test_upgrade_refuses_what_it_cannot_write() -> None:
    with pytest.raises(fk.PrototxtError, match="has no field 'pair_fast_param'"):
        fk.upgrade_text(NET)


def test_a_schema_beside_the_net_that_has_the_field_is_offered(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    (tmp_path / "caffe.proto").write_text("optional PairFastParameter pair_fast_param = 300;")
    with pytest.raises(fk.PrototxtError, match=r"caffe\.proto has it"):
        fk.load_net(tmp_path / "net.prototxt")


def test_a_given_schema_holds_for_the_messages_that_it_has(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools")
    (tmp_path / "caffe.proto").write_text("""syntax = "proto2"; package caffe;
        message LayerParameter { optional PairParameter pair_param = 300; }
        message PairParameter { optional int32 size = 1; }""")
    text = NET.replace("size", "sise")
    assert fk.load_net(text, proto=tmp_path / "caffe.proto")
    with pytest.raises(fk.PrototxtError, match="PairParameter has no field 'sise'"):
        fk.load_net(text.replace("_fast_", "_"), proto=tmp_path / "caffe.proto")


def test_a_v1_layer_of_such_a_type_may_have_them() -> None:
    text = """input: "d" input_dim: [2, 3, 4, 4]
      layers { name: "c" type: INNER_PRODUCT bottom: "d" top: "c"
               inner_product_param { num_output: 3 } }
      layers { name: "a" type: PAIR_FAST_LOSS bottom: "d" top: "a" pair_fast_param { size: 3 } }"""
    assert "line 4: V1LayerParameter.pair_fast_param is skipped" in fk.load_net(text).notes
    with pytest.raises(fk.PrototxtError, match="has no field 'pair_fast_param'"):
        fk.load_net(text.replace("PAIR_FAST_LOSS", "CONVOLUTION"))
