"""MultiStageMeanfield of CRF-RNN, in both branches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

Make = Callable[..., Any]

BOTTOMS = [(1, 3, 8, 8), (1, 3, 8, 8), (1, 3, 8, 8)]


def test_crf_rnn_of_2015_fills() -> None:
    net = fk.load_net("""
        name: "crf"
        input: "data" input_dim: 1 input_dim: 3 input_dim: 64 input_dim: 64
        layers { name: "conv" type: CONVOLUTION bottom: "data" top: "score" convolution_param {
          num_output: 21 kernel_size: 4 stride: 2 pad: 1 weight_filler { type: "xavier" } } }
        layers { name: "up" type: DECONVOLUTION bottom: "score" top: "big" convolution_param {
          num_output: 21 kernel_size: 4 stride: 2 } }
        layers { name: "crop" type: CROP bottom: "big" bottom: "data" top: "coarse" }
        layers { name: "split" type: SPLIT bottom: "coarse" top: "unary" top: "Q0" }
        layers { name: "inference1" type: MULTI_STAGE_MEANFIELD bottom: "unary" bottom: "Q0"
          bottom: "data" top: "pred" }""")
    tops = {name: shape for layer in net.layers for name, shape in layer.tops}
    assert tops["coarse"] == tops["pred"] == (1, 21, 64, 64)
    spatial, bilateral, compatibility = net.fill(1)["inference1"]
    assert spatial.shape == (1, 1, 21, 21)
    assert not spatial.any()
    assert not bilateral.any()
    assert np.array_equal(compatibility[0, 0], -np.eye(21))
    assert any("are zeros" in note for note in net.notes)


def test_the_kernels_may_stand_in_the_text() -> None:
    inputs = "".join(
        f'layer {{ name: "{name}" type: "Input" top: "{name}" '
        "input_param { shape { dim: [1, 3, 8, 8] } } }\n"
        for name in "abc"
    )
    body = 'spatial_filter_weights_str: "3 4 5" bilateral_filter_weights_str: "%s"'
    text = f"""{inputs}layer {{ name: "m" type: "MultiStageMeanfield" bottom: "a" bottom: "b"
        bottom: "c" top: "m" multi_stage_meanfield_param {{ num_iterations: 5 {body} }} }}"""
    net = fk.load_net(text % "1 2 0.5")
    assert np.array_equal(net.fill(1)["m"][0][0, 0], np.diag([3, 4, 5]))
    assert np.array_equal(net.fill(1)["m"][1][0, 0], np.diag([1, 2, 0.5]))
    assert not net.notes
    for wrong in ("1 2", "1 2 x"):
        with pytest.raises(fk.LayerError, match="needs 3 numbers in bilateral_filter"):
            fk.load_net(text % wrong)


def test_one_iteration_is_refused(made: Make) -> None:
    body = "multi_stage_meanfield_param { num_iterations: 1 }"
    with pytest.raises(fk.LayerError, match="needs num_iterations to be 2 or more; it is 1"):
        made("MultiStageMeanfield", *BOTTOMS, body=body)
