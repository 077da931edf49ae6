"""DenseBlock, as DN_CaffeScript and caffe_ocr have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]
Make = Callable[..., Any]


CONSTANTS = """BN_Scaler_Filler { type: "constant" value: 1 }
    BN_Bias_Filler { type: "constant" value: 0 }"""


def test_it_has_the_blobs_of_all_transitions_kind_by_kind(set_up: SetUp) -> None:
    body = (
        "denseblock_param { numTransition: 2 initChannel: 16 growthRate: 8 "
        f'Filter_Filler {{ type: "msra" }} {CONSTANTS} use_dropout: false dropout_amount: 0.2 }}'
    )
    layer = set_up("DenseBlock", (2, 16, 12, 10), body=body)
    assert layer.tops == (("t0", (2, 32, 12, 10)),)
    assert [param.shape for param in layer.params] == [
        *((8, 16, 3, 3), (8, 24, 3, 3)),
        *((1, 16, 1, 1), (1, 24, 1, 1)) * 4,
        (1,),
    ]
    ones = [param.name for param in layer.params if param.distribution == fk.Constant(1)]
    assert ones == ["scale", "scale", "variance", "variance"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (f"use_BC: true {CONSTANTS}", "use_BC"),
        ('BN_Bias_Filler { type: "xavier" }', "constant BN_Bias_Filler"),
    ],
)
def test_what_would_fill_its_blobs_in_turns_is_refused(body: str, error: str, made: Make) -> None:
    body = f"denseblock_param {{ numTransition: 2 growthRate: 8 {body} }}"
    with pytest.raises(fk.LayerError, match=error):
        made("DenseBlock", (2, 16, 12, 10), body=body)
