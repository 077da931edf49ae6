"""CuDNNHighway, as flukeskywalker/highway-networks has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]
SHAPE = (2, 4, 6, 6)


def test_the_gate_has_a_weight_and_a_bias_after_the_others(
    set_up: Callable[..., fk.Layer],
) -> None:
    layer = set_up(
        "CuDNNHighway",
        SHAPE,
        body="highway_conv_param { num_output: 4 group: 2 kernel_size: 3 pad: 1 "
        "transform_kernel_size: 1 transform_pad: 0 weight_filler { value: 1 } "
        "bias_filler { value: 2 } transform_bias_filler { value: -1 } }",
    )
    assert layer.tops[0][1] == SHAPE
    assert [(param.name, param.shape, param.distribution.mean) for param in layer.params] == [
        ("weight", (4, 2, 3, 3), 1),
        ("transform_weight", (4, 2, 1, 1), 1),
        ("bias", (4,), 2),
        ("transform_bias", (4,), -1),
    ]


def test_it_may_have_no_bias_and_several_bottoms(made: Make) -> None:
    lengths = "kernel_h: 1 kernel_w: 3 pad_w: 1 pad_h: 0"
    body = f"highway_conv_param {{ num_output: 4 {lengths} bias_term: false }}"
    assert made("CuDNNHighway", SHAPE, SHAPE, body=body, tops=2) == (
        [SHAPE] * 2,
        [(4, 4, 1, 3)] * 2,
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("num_output: 5 kernel_size: 3 pad: 1", "needs num_output 4"),
        ("num_output: 4 kernel_size: 3", "keep its bottom's size"),
        ("num_output: 4", "kernel_size to be 1 or more"),
        ("num_output: 4 kernel_size: 3 kernel_h: 3", "and not both"),
        ("num_output: 4 kernel_h: 3", "or kernel_h and kernel_w"),
    ],
)
def test_a_top_of_another_shape_is_refused(body: str, words: str, made: Make) -> None:
    with pytest.raises(fk.LayerError, match=words):
        made("CuDNNHighway", SHAPE, body=f"highway_conv_param {{ {body} }}")
