"""A net that is pickled and read again is the same net."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import weights

import fillerkit as fk

INPUT = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3] } } } '


def of_filler(filler: str, more: str = "") -> str:
    return INPUT + (
        'layer { name: "ip" type: "InnerProduct" bottom: "d" top: "ip" '
        f"inner_product_param {{ num_output: 2 weight_filler {{ {filler} }} }} {more} }}"
    )


def check(net: fk.Net) -> None:
    again = pickle.loads(pickle.dumps(net))
    assert again == net
    assert [layer.message for layer in again.layers] == [layer.message for layer in net.layers]
    assert again.origin == net.origin
    assert weights.bits(again.fill(seed=3)) == weights.bits(net.fill(seed=3))


@pytest.mark.parametrize(
    "text",
    [
        weights.SMALL,
        of_filler('type: "positive_unitball"'),
        of_filler('type: "orthogonal"'),
        of_filler(
            "",
            "blobs { shape { dim: [2, 3] } data: [1, 2, 3, 4, 5, nan] } "
            "blobs { shape { dim: 2 } data: [0, 1] }",
        ),
        of_filler('type: "xavier"', "include { phase: TEST }"),
    ],
    ids=["shared", "divided by rows", "orthogonal", "given", "left out"],
)
def test_a_net_is_equal_and_fills_the_same(text: str) -> None:
    check(fk.load_net(text))


def test_what_was_said_of_a_net_goes_with_it() -> None:
    text = """
        layer { name: "p" type: "Python" bottom: "x" top: "y"
                python_param { module: "m" layer: "L" } }
        layer { name: "odd" type: "Odd" bottom: "y" top: "z" }"""
    check(
        fk.load_net(
            text,
            shapes={"x": (1, 3), "y": (2, 3), "z": (2, 3)},
            params={"odd": ["4x3:xavier"]},
            types={"odd": "unknown"},
        )
    )


def test_a_net_of_a_forks_own_schema_brings_the_schema(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools", reason="the compiler of schemas is not installed")
    proto = tmp_path / "caffe.proto"
    proto.write_text("""syntax = "proto2"; package caffe;
        message LayerParameter { optional string type = 2; optional OddParameter odd_param = 900; }
        message OddParameter { optional uint32 size = 1; }""")
    text = of_filler('type: "xavier"') + (
        'layer { name: "odd" type: "ReLU" bottom: "ip" top: "odd" odd_param { size: 3 } }'
    )
    net = fk.load_net(text, proto=proto)
    check(net)
    (tmp_path / "net").write_bytes(pickle.dumps(net))
    proto.unlink()
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).layers[-1].message)"
    assert "size: 3" in weights.child(code, tmp_path / "net").stdout
