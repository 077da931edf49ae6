"""Nets whose blobs are made in slices: of each kind of filler, shared, given, in odd shapes."""

from __future__ import annotations

import weights

import fillerkit as fk

INPUT = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 40] } } } '


def product(name: str, bottom: str, filler: str, outputs: int = 30, more: str = "") -> str:
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {more} '
        f"inner_product_param {{ num_output: {outputs} weight_filler {{ {filler} }} "
        'bias_filler { type: "uniform" } } } '
    )


NETS = {
    "small": weights.SMALL,
    "fillers": INPUT
    + product("xavier", "d", 'type: "xavier"')
    + product("msra", "xavier", 'type: "msra"', 31)
    + product("sparse", "msra", 'type: "gaussian" std: 0.1 sparse: 5')
    + product("truncated", "sparse", 'type: "truncated_gaussian" std: 0.1')
    + product("constant", "truncated", 'type: "constant" value: 3'),
    "whole": INPUT
    + product("unitball", "d", 'type: "positive_unitball"')
    + product("orthogonal", "unitball", 'type: "orthogonal"'),
    "given": INPUT
    + product("a", "d", 'type: "xavier"', 1, "blobs { shape { dim: [1, 40] } data: ["
    + ", ".join(map(str, range(40)))
    + "] } blobs { shape { dim: 1 } data: 7 }")
    + product("b", "a", 'type: "xavier"'),
}  # fmt: skip


def net(name: str) -> fk.Net:
    return fk.load_net(NETS[name])
