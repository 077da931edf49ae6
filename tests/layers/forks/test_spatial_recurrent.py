"""Recurrent layers over rows and columns, as Liusifei/caffe-lowlevel has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

Make = Callable[..., Any]
FILLERS = 'weight_filler { type: "gaussian" std: 1 } bias_filler { value: 3 }'


def test_gate_lstm_has_three_gates_and_two_biases(made: Make) -> None:
    body = f"gatelstm_param {{ num_output: 4 {FILLERS} }}"
    assert made("GateLstm", (2, 5, 6, 7), (2, 4, 6, 7), body=body) == (
        [(2, 4, 6, 7)],
        [(1, 1, 12, 5), (1, 1, 12, 4), (1, 2, 12, 1)],
    )
    plain = body.replace("num_output", "bias_term: false num_output")
    assert len(made("GateLstm", (2, 5, 6, 7), (2, 4, 6, 7), body=plain).blobs) == 2


def test_the_recurrent_weight_of_gate_recurrent_is_filled_twice() -> None:
    net = fk.load_net(f"""
        layer {{ name: "d" type: "Input" top: "d" input_param {{ shape {{ dim: [2, 5, 6, 7] }} }} }}
        layer {{ name: "x" type: "GateRecurrent" bottom: "d" top: "x"
                 gaterecurrent_param {{ num_output: 4 use_bias: false {FILLERS} }} }}
        layer {{ name: "y" type: "InnerProduct" bottom: "x" top: "y"
                 inner_product_param {{ num_output: 2 bias_term: false
                                        weight_filler {{ type: "gaussian" std: 1 }} }} }}
    """)
    stream = fk.CaffeStream(5)
    drawn = [np.empty(count, np.float32) for count in (20, 16, 336)]
    for values in drawn:
        stream.fill(("x", 0), fk.Gaussian(0.0, 1.0), values)
    made = net.fill(seed=5)
    assert [blob.shape for blob in made["x"]] == [(1, 1, 5, 4), (1, 1, 4, 4), (1, 1, 1, 4)]
    assert made["x"][0].tobytes() == drawn[0].tobytes()
    assert set(made["x"][1].flat) == {3}
    assert set(made["x"][2].flat) == {0}
    assert made["y"].weight.tobytes() == drawn[2].tobytes()
    assert any("bias_filler fills the recurrent weight" in note for note in net.notes)


@pytest.mark.parametrize(
    ("body", "gates", "words"),
    [
        ("num_output: 4 use_wx: false", [], "without use_wx it needs as many channels"),
        ("num_output: 4", [(2, 1, 6, 7)], "the gates, must be 2x4x6x7, not 2x1x6x7"),
        ('num_output: 4 bias_filler { type: "xavier" }', [], "fills its recurrent weight twice"),
    ],
)
def test_gate_recurrent_refuses_what_does_not_fit(
    body: str, gates: list[tuple[int, ...]], words: str, made: Make
) -> None:
    with pytest.raises(fk.LayerError, match=words):
        made("GateRecurrent", (2, 5, 6, 7), *gates, body=f"gaterecurrent_param {{ {body} }}")


def test_spatial_recurrent_keeps_its_channels(made: Make) -> None:
    body = "spatialrecurrent_param { num_output: 9 bias_term: %s }"
    shape = (2, 5, 6, 7)
    weight, bias = (1, 1, 5, 5), (1, 1, 1, 5)
    assert made("SpatialRecurrent", shape, body=body % "true") == ([shape], [weight, bias])
    assert made("SpatialRecurrent", shape, shape, body=body % "false") == ([shape], [weight])
