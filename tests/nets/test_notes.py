"""What a net's notes say of how it starts."""

from __future__ import annotations

from net_texts import INPUT, PRODUCT

import fillerkit as fk


def test_a_net_without_layers_says_so() -> None:
    assert fk.load_net("\n").notes == ("there is no layer in it",)


def test_weights_without_a_filler_are_told_of() -> None:
    bare = PRODUCT.replace('weight_filler { type: "xavier" }', "").replace("BLOBS", "")
    assert fk.load_net(INPUT + bare).notes == (
        "all zeros, as Caffe leaves a weight without a weight_filler: ip",
    )


def test_values_that_are_not_finite_are_told_of() -> None:
    filler = 'weight_filler { type: "constant" value: inf }'
    wild = PRODUCT.replace('weight_filler { type: "xavier" }', filler).replace("BLOBS", "")
    assert fk.load_net(INPUT + wild).notes == ("infinite or not a number: ip/weight",)
