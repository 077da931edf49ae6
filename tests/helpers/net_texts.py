"""Texts of small nets, and the error that a net is refused with."""

from __future__ import annotations

import pytest

import fillerkit as fk

INPUT = """layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
"""
PRODUCT = """layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 1 weight_filler { type: "xavier" } } BLOBS }
"""


def layer(name: str, wires: str, kind: str = "ReLU", rest: str = "") -> str:
    """One layer as text; wires like ``"a b > c"``."""
    bottoms, _, tops = wires.partition(">")
    written = [f'bottom: "{blob}"' for blob in bottoms.split()]
    written += [f'top: "{blob}"' for blob in tops.split()]
    return f'layer {{ name: "{name}" type: "{kind}" {" ".join(written)} {rest} }}\n'


def refusal(text: str, **options: object) -> fk.LayerError:
    with pytest.raises(fk.LayerError) as caught:
        fk.load_net(text, **options)  # type: ignore[arg-type]
    return caught.value
