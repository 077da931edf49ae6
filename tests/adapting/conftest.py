"""Small nets, and their layers as rows of what was done."""

from __future__ import annotations

import pytest

import fillerkit as fk


@pytest.fixture(autouse=True, scope="package")
def needs_torch() -> None:
    """All of it runs in PyTorch."""
    pytest.importorskip("torch", reason="PyTorch is not installed")


def image(channels: int = 3, size: int = 8) -> str:
    """An input of 4 images."""
    return (
        'layer { name: "data" type: "Input" top: "data" input_param { shape { '
        f"dim: [4, {channels}, {size}, {size}] }} }} }}\n"
    )


def conv(name: str, bottom: str, more: str = "", layer: str = "", top: str = "") -> str:
    """A Convolution of 8 channels, weights a tenth of what keeps the signal."""
    filler = "" if "weight_filler" in more else 'weight_filler { type: "gaussian" std: 0.02 }'
    return (
        f'layer {{ name: "{name}" type: "Convolution" bottom: "{bottom}" top: "{top or name}" '
        f"{layer} convolution_param {{ num_output: 8 kernel_size: 3 {filler} {more} }} }}\n"
    )


def inner(name: str, bottom: str, more: str = "", layer: str = "") -> str:
    """An InnerProduct of 10 units."""
    filler = "" if "weight_filler" in more else 'weight_filler { type: "xavier" }'
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {layer} '
        f"inner_product_param {{ num_output: 10 {filler} {more} }} }}\n"
    )


def in_place(kind: str, blob: str) -> str:
    """A layer without parameters of its own text, in place."""
    return f'layer {{ name: "{kind}_{blob}" type: "{kind}" bottom: "{blob}" top: "{blob}" }}\n'


def said(found: fk.Adapted) -> dict[str, str]:
    """Of each layer what was said."""
    return {layer.layer: layer.said for layer in found.layers}
