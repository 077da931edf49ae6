"""Bottoms that layers of Caffe's own types take in forks only."""

from __future__ import annotations

from pathlib import Path

import pytest
from net_texts import layer, refusal

import fillerkit as fk

BLOBS = "".join(
    layer(name, f"> {name}", "Input", f"input_param {{ shape {{ dim: {shape} }} }}")
    for name, shape in (("scores", [2, 6]), ("labels", [2]), ("like", [2, 6]), ("weights", [2, 6]))
)
OF_A_FORK = layer("swish", "scores > hard", "HardSigmoid")
WEIGHED = [
    ("SoftmaxWithLoss", "labels", "happynear"),
    ("EuclideanLoss", "like", "naibaf7"),
    ("SigmoidCrossEntropyLoss", "like", "MNC"),
]


@pytest.mark.parametrize(("kind", "wanted", "fork"), WEIGHED)
def test_a_loss_of_a_fork_s_net_takes_weights_and_says_whose_it_is(
    kind: str, wanted: str, fork: str
) -> None:
    net = fk.load_net(BLOBS + OF_A_FORK + layer("loss", f"scores {wanted} weights > loss", kind))
    assert net.layers[-1].tops == (("loss", ()),)
    (note,) = [note for note in net.notes if "'loss'" in note]
    assert "bottom 2 weighs its loss" in note
    assert fork in note


@pytest.mark.parametrize(("kind", "wanted", "fork"), WEIGHED)
def test_a_loss_of_a_net_that_tells_no_fork_takes_no_weights(
    kind: str, wanted: str, fork: str
) -> None:
    loss = layer("loss", f"scores {wanted} weights > loss", kind)
    assert "takes 2 bottoms, not 3" in refusal(BLOBS + loss).message
    message = refusal(BLOBS + OF_A_FORK + loss, dialect="caffe").message
    assert "takes 2 bottoms, not 3" in message


def test_no_loss_takes_four_bottoms() -> None:
    loss = layer("loss", "scores like weights labels > loss", "EuclideanLoss")
    assert "takes 2 bottoms, not 4" in refusal(BLOBS + OF_A_FORK + loss).message


def test_a_loss_with_weights_still_needs_one_batch() -> None:
    loss = layer("loss", "scores one weights > loss", "EuclideanLoss")
    one = 'layer { name: "one" type: "Input" top: "one" input_param { shape { dim: [1, 6] } } }'
    assert "same first axis" in refusal(BLOBS + OF_A_FORK + one + loss).message


def test_a_schema_or_a_dialect_tells_a_fork(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools")
    proto = tmp_path / "caffe.proto"
    proto.write_text(
        'syntax = "proto2"; package caffe; message LayerParameter { optional string mine = 900; }'
    )
    text = BLOBS + layer("loss", "scores labels weights > loss", "SoftmaxWithLoss")
    assert len(fk.load_net(text, proto=proto).notes) == len(fk.load_net(text, dialect="ssd").notes)


def test_an_eltwise_of_a_fork_s_net_takes_one_bottom() -> None:
    alone = layer("sum", "scores > sum", "Eltwise", "eltwise_param { coeff: 0.5 }")
    net = fk.load_net(BLOBS + OF_A_FORK + alone)
    assert net.layers[-1].tops == (("sum", (2, 6)),)
    assert any("FlowNet2" in note for note in net.notes)
    assert "takes 2 bottoms or more, not 1" in refusal(BLOBS + alone).message
