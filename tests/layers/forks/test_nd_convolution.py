"""NdConvolution of video-caffe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]

VIDEO = (2, 3, 16, 112, 112)


def test_video_caffe_fills_as_a_convolution_does() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "data"
          input_param { shape { dim: 2 dim: 3 dim: 16 dim: 112 dim: 112 } } }
        layer { name: "conv1a" type: "NdConvolution" bottom: "data" top: "conv1a"
          convolution_param { num_output: 64 kernel_shape { dim: 3 dim: 3 dim: 3 }
            stride_shape { dim: 1 dim: 1 dim: 1 } pad_shape { dim: 1 dim: 1 dim: 1 }
            weight_filler { type: "gaussian" std: 0.01 } } }
        layer { name: "pool1" type: "NdPooling" bottom: "conv1a" top: "pool1"
          pooling_param { pool: MAX kernel_shape { dim: 1 dim: 2 dim: 2 }
            stride_shape { dim: 1 dim: 2 dim: 2 } } }""")
    assert [param.shape for param in net.layers[1].params] == [(64, 3, 3, 3, 3), (64,)]
    assert net.layers[1].tops[0][1] == (2, 64, 16, 112, 112)
    assert net.layers[2].tops[0][1] == (2, 64, 16, 56, 56)


def test_other_lengths_are_not_looked_at(made: Make) -> None:
    body = """convolution_param { num_output: 6 group: 3 kernel_shape { dim: [1, 3, 5] }
        kernel_h: 7 kernel_w: 7 stride: 2 dilation: 2 }"""
    layer = made("NdConvolution", VIDEO, body=body)
    assert layer.blobs == [(6, 1, 1, 3, 5), (6,)]
    assert layer.tops == [(2, 6, 16, 110, 108)]


@pytest.mark.parametrize(
    ("lengths", "wrong"),
    [
        ("kernel_size: 3", "needs kernel_shape"),
        (
            "kernel_shape { dim: [3, 3, 3] } pad_shape { dim: 1 }",
            "as many dim in pad_shape as in kernel_shape: 3, not 1",
        ),
    ],
)
def test_every_axis_needs_its_lengths(lengths: str, wrong: str, made: Make) -> None:
    with pytest.raises(fk.LayerError, match=wrong):
        made("NdConvolution", VIDEO, body=f"convolution_param {{ num_output: 6 {lengths} }}")
