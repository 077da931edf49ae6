"""The Splits that Caffe puts in: the same layers, in the same order, for every net it was asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import fillerkit as fk
from fillerkit.layers.splits import with_splits

CONFORMANCE = Path(__file__).parents[1] / "conformance"


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_the_layers_are_those_that_caffe_runs(phase: str) -> None:
    compared = 0
    for golden in map(json.loads, (CONFORMANCE / "expected.jsonl").read_text().splitlines()):
        if "error" in golden.get(phase, {"error": ""}):
            continue
        net = fk.load_net(CONFORMANCE / "nets" / f"{golden['net']}.prototxt", phase=phase)
        layers = with_splits([layer.message for layer in net.layers])
        ours = [(layer.name, layer.type) for _, layer in layers]
        assert ours == [(layer["name"], layer["type"]) for layer in golden[phase]["layers"]]
        compared += 1
    assert compared > 200


NET = """
layer { name: "d" type: "Input" top: "d" top: "label"
        input_param { shape { dim: 2 dim: 4 } shape { dim: 2 } } }
layer { name: "relu" type: "ReLU" bottom: "d" top: "d" }
layer { name: "ip" type: "InnerProduct" bottom: "d" top: "ip"
        inner_product_param { num_output: 4 } }
layer { name: "sum" type: "Eltwise" bottom: "d" bottom: "ip" top: "sum" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "sum" bottom: "label" top: "loss"
        loss_weight: 2 }
layer { name: "silence" type: "Silence" bottom: "loss" }
"""


def test_a_blob_that_two_take_is_split_behind_its_last_maker() -> None:
    layers = with_splits([layer.message for layer in fk.load_net(NET).layers])
    assert [(index, layer.name) for index, layer in layers] == [
        (0, "d"),
        (1, "relu"),
        (None, "d_relu_0_split"),
        (2, "ip"),
        (3, "sum"),
        (4, "loss"),
        (None, "loss_loss_0_split"),
        (5, "silence"),
    ]
    by_name = {layer.name: layer for _, layer in layers}
    assert list(by_name["d_relu_0_split"].top) == ["d_relu_0_split_0", "d_relu_0_split_1"]
    assert list(by_name["ip"].bottom) == ["d_relu_0_split_0"]
    assert list(by_name["sum"].bottom) == ["d_relu_0_split_1", "ip"]


def test_a_loss_weight_moves_to_the_split() -> None:
    by_name = {
        layer.name: layer
        for _, layer in with_splits([layer.message for layer in fk.load_net(NET).layers])
    }
    assert list(by_name["loss"].loss_weight) == []
    assert list(by_name["loss_loss_0_split"].loss_weight) == [2, 0]
    assert list(by_name["silence"].bottom) == ["loss_loss_0_split_1"]


def test_the_net_s_own_layers_stay_as_they_are() -> None:
    net = fk.load_net(NET)
    before = [layer.message.SerializeToString() for layer in net.layers]
    with_splits([layer.message for layer in net.layers])
    assert [layer.message.SerializeToString() for layer in net.layers] == before
