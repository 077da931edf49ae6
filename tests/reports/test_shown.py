"""What a page says of how a net starts, beside values that are shown."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk
from fillerkit.reports.shown import look

NET = """
layer { name: "data" type: "Input" top: "x" input_param { shape { dim: [2, 6, 4, 4] } } }
layer { name: "conv" type: "Convolution" bottom: "x" top: "c"
        convolution_param { num_output: 40 kernel_size: 3 } }
layer { name: "bn" type: "BatchNorm" bottom: "c" top: "c"
        batch_norm_param { use_global_stats: true } }
layer { name: "ip" type: "InnerProduct" bottom: "c" top: "ip"
        inner_product_param { num_output: 50 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
layer { name: "out" type: "InnerProduct" bottom: "ip" top: "out"
        inner_product_param { num_output: 3 } }
"""
ZEROS = "all zeros, as Caffe leaves a weight without a weight_filler: "


@pytest.fixture
def net() -> fk.Net:
    return fk.load_net(NET)


def said(net: fk.Net, blobs: fk.Blobs | None) -> tuple[set[tuple[str, str | None]], list[str]]:
    """Which findings are of which layers, and what is noted."""
    shown = look(net, blobs, "w.npz")
    return {(each.code, each.layer) for each in fk.check(shown.net).warnings}, list(shown.notes)


def trained(net: fk.Net) -> fk.Blobs:
    """Values that no filler of the net makes."""
    draws = np.random.default_rng(1)
    return fk.Blobs.of(
        net,
        {
            layer.name: [draws.normal(1, 0.1, param.shape).astype("f4") for param in layer.params]
            for layer in net.layers
            if layer.params
        },
    )


def test_without_values_a_net_is_as_it_says(net: fk.Net) -> None:
    codes, notes = said(net, None)
    assert codes >= {("zero-weights", "conv"), ("zero-statistics", "bn"), ("xavier-relu", "ip")}
    assert notes == [f"{ZEROS}conv, out"]


def test_what_trained_values_refute_is_not_said(net: fk.Net) -> None:
    assert said(net, trained(net)) == (set(), [])


def test_of_layers_that_the_values_lack_all_is_said(net: fk.Net) -> None:
    renamed = NET.replace('"conv"', '"first"').replace('"out"', '"last"')
    codes, notes = said(net, trained(fk.load_net(renamed)))
    assert codes == {("zero-weights", "conv"), ("zero-weights", "out")}
    assert notes[0] == f"{ZEROS}conv, out"
    assert "no weights are there for 2 layers" in notes


def test_values_that_the_net_is_filled_with_are_as_it_says(net: fk.Net) -> None:
    assert said(net, net.fill(1)) == said(net, None)


def test_a_blob_that_is_shared_starts_as_its_owner() -> None:
    share = 'inner_product_param { bias_term: false num_output: 6 } param { name: "w" } }\n'
    net = fk.load_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [2, 6] } } }\n'
        f'layer {{ name: "a" type: "InnerProduct" bottom: "x" top: "a" {share}'
        f'layer {{ name: "b" type: "InnerProduct" bottom: "a" top: "b" {share}'
    )
    assert said(net, None)[1] == [f"{ZEROS}a, b"]
    assert said(net, trained(net)) == (set(), [])


def test_values_that_are_no_numbers_are_found(net: fk.Net) -> None:
    blobs = trained(net)
    blobs["out"][1][0] = np.nan
    assert said(net, blobs)[0] == {("not-finite", "out")}
