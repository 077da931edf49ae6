"""A net of forks' fillers, with the draws that each takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

NET = """
name: "fork_fillers"
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 1 dim: 2 dim: 8 dim: 8 } } }
layer { name: "scale" type: "Convolution" bottom: "data" top: "scale"
        convolution_param { num_output: 2 kernel_size: 1
                            weight_filler { type: "diagonal" diag_val: 1.5 diag_val: 0.75 } } }
layer { name: "ctx" type: "Convolution" bottom: "scale" top: "ctx"
        convolution_param { num_output: 4 kernel_size: 3 pad: 1
                            weight_filler { type: "identity" num_groups: 2 std: 0.01 } } }
layer { name: "ball" type: "Convolution" bottom: "ctx" top: "ball"
        convolution_param { num_output: 4 kernel_size: 3
                            weight_filler { type: "gaussian_unitball" } } }
"""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_each_takes_the_draws_that_its_fork_takes(dtype: type[np.floating]) -> None:
    stream = fk.CaffeStream(1701)
    context, ball = np.empty(4 * 2 * 9, dtype), np.empty(4 * 4 * 9, dtype)
    stream.fill(("ctx", 0), fk.Gaussian(0.0, float(np.float32(0.01))), context)
    stream.fill(("ball", 0), fk.Gaussian(0.0, 1.0), ball)
    context = context.reshape(4, 2, 3, 3)
    for unit, group in enumerate((0, 0, 1, 1)):
        context[unit, group, 1, 1] = 0.5
    for row in ball.reshape(4, 36):
        square = dtype(0)
        for value in row:
            square += value * value
        row *= dtype(1) / np.sqrt(dtype(float(square) + 1e-12))

    made = fk.load_net(NET).fill(seed=1701, dtype=np.dtype(dtype).name)
    assert made["scale"].weight[..., 0, 0].tolist() == [[1.5, 0], [0, 0.75]]
    assert made["ctx"].weight.tobytes() == context.tobytes()
    assert made["ball"].weight.tobytes() == ball.tobytes()


@pytest.mark.parametrize("stream", ["caffe", "sharded"])
def test_a_file_made_in_pieces_holds_the_same(tmp_path: Path, stream: str) -> None:
    net = fk.load_net(NET)
    net.save(tmp_path / "net.npz", seed=3, stream=stream)
    made, loaded = net.fill(seed=3, stream=stream), fk.load(tmp_path / "net.npz")
    for layer in ("scale", "ctx", "ball"):
        assert made[layer].weight.tobytes() == loaded[layer].weight.tobytes()
