"""Weights to look at: one blob, filled the way a net fills it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk


@pytest.fixture
def weight() -> Callable[..., fk.Net]:
    """``weight(filler, rows, columns)``: a net whose layer ``x`` has one weight, rows x columns."""

    def build(filler: str, rows: int = 400, columns: int = 300) -> fk.Net:
        return fk.load_net(f"""
            layer {{ name: "data" type: "Input" top: "data"
                     input_param {{ shape {{ dim: [1, {columns}] }} }} }}
            layer {{ name: "x" type: "InnerProduct" bottom: "data" top: "x"
                     inner_product_param {{ num_output: {rows} bias_term: false
                                            weight_filler {{ {filler} }} }} }}
        """)

    return build
