"""Layers that cannot be run, and what is behind them."""

from __future__ import annotations

import fillerkit as fk

from .conftest import conv, image, in_place, inner, said

CHANNEL_NORM = 'layer { name: "cn" type: "ChannelNorm" bottom: "c" top: "cn" }\n'
WHY = "not reached: 'cn' (ChannelNorm) cannot be run in PyTorch: its type has no forward pass here"


def test_what_is_before_a_layer_that_cannot_be_run_is_adapted_and_the_rest_told_of() -> None:
    text = image() + conv("c", "data") + CHANNEL_NORM + inner("fc", "cn") + inner("side", "c")
    net = fk.load_net(text)
    filled = net.fill(1)
    found = fk.adapt(net, filled, "pca,data-dependent,balance")
    assert [(row.method, row.layer) for row in found.layers if row.said == WHY] == [
        ("data-dependent", "fc"),
        ("balance", "fc"),
    ]
    assert found["c"][1].changed and found["side"][0].changed
    assert found.blobs["fc"].weight.tobytes() == filled["fc"].weight.tobytes()


def test_statistics_that_are_not_reached_are_told_of() -> None:
    text = image() + conv("c", "data") + CHANNEL_NORM + in_place("BatchNorm", "cn")
    net = fk.load_net(text)
    found = fk.adapt(net, net.fill(1), "batch-norm")
    assert said(found) == {"BatchNorm_cn": WHY}


def test_a_weight_that_a_layer_out_of_reach_owns_is_not_reached_either() -> None:
    shared = 'param { name: "w" }'
    text = image() + conv("c", "data") + CHANNEL_NORM + conv("owner", "cn", layer=shared)
    text += image(1).replace('"data"', '"grey"') + conv("sharer", "grey", layer=shared)
    net = fk.load_net(text)
    found = fk.adapt(net, net.fill(1))
    assert said(found) == {"c": "", "owner": WHY, "sharer": WHY}
