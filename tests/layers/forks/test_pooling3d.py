"""Pooling over volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]

VIDEO = (2, 8, 16, 28, 28)


def test_a_window_of_c3d_hangs_over_the_edge(made: Make) -> None:
    body = "pooling3d_param { kernel_size: 3 kernel_depth: 3 stride: 2 temporal_stride: 2 }"
    assert made("Pooling3D", VIDEO, body=body).tops == [(2, 8, 8, 14, 14)]


def test_a_window_of_c3d_may_start_in_the_padding(made: Make) -> None:
    body = "pooling3d_param { pool: AVE kernel_size: 2 kernel_depth: 1 stride: 2 pad: 1 }"
    assert made("Pooling3D", VIDEO, body=body).tops == [(2, 8, 16, 15, 15)]
    with pytest.raises(fk.LayerError, match="pad is for AVE pooling only"):
        made("Pooling3D", VIDEO, body=body.replace("AVE", "MAX"))


def test_video_caffe_cuts_windows_axis_by_axis(made: Make) -> None:
    body = """pooling_param { kernel_shape { dim: [1, 2, 2] } stride_shape { dim: [3, 2, 2] }
        pad_shape { dim: [0, 1, 0] } }"""
    assert made("NdPooling", (2, 8, 5, 27, 27), body=body).tops == [(2, 8, 3, 14, 14)]


def test_video_caffe_pools_all_with_a_kernel_shape_besides(made: Make) -> None:
    body = "pooling_param { global_pooling: true kernel_shape { dim: [1, 1, 1] } }"
    assert made("NdPooling", VIDEO, body=body).tops == [(2, 8, 1, 1, 1)]
    with pytest.raises(fk.LayerError, match="kernel_shape has 2 dim for the 3 spatial axes"):
        made("NdPooling", VIDEO, body="pooling_param { kernel_shape { dim: [2, 2] } }")


def test_3d_caffe_pools_any_number_of_axes(made: Make) -> None:
    body = "pooling_nd_param { kernel_size: 3 stride: 2 stride: 2 stride: 1 pad: 1 }"
    assert made("PoolingND", VIDEO, body=body, tops=2).tops == [(2, 8, 9, 15, 28)] * 2
    body = "pooling_nd_param { global_pooling: true }"
    assert made("PoolingND", VIDEO, body=body).tops == [(2, 8, 1, 1, 1)]
    with pytest.raises(fk.LayerError, match="needs kernel_size to be 1 or more"):
        made("PoolingND", VIDEO, body="pooling_nd_param { }")
    with pytest.raises(fk.LayerError, match="once for each of its 3 spatial axes"):
        made("PoolingND", VIDEO, body="pooling_nd_param { kernel_size: 3 stride: [2, 2] }")


POOL = """layer { name: "p" type: "Pooling" bottom: "data" top: "p"
    pooling_param { kernel_size: 3 stride: 2 } }"""
UPSAMPLES = """layer { name: "u" type: "Deconvolution" bottom: "p" top: "u" convolution_param {
    num_output: 8 kernel_size: 4 stride: 2 weight_filler { type: "bilinear_3D" } } }"""


def test_pooling_of_volumes_is_3d_caffes_where_that_is_said_or_told() -> None:
    shapes = {"data": VIDEO}
    with pytest.raises(fk.LayerError, match="needs a bottom of 4 axes"):
        fk.load_net(POOL, shapes=shapes)
    said = fk.load_net(POOL, shapes=shapes, dialect="3d-caffe")
    told = fk.load_net(POOL + UPSAMPLES, shapes=shapes)
    assert said.layers[-1].tops == told.layers[-2].tops == (("p", (2, 8, 8, 14, 14)),)
    two = POOL.replace("kernel_size: 3", "kernel_h: 3 kernel_w: 3")
    with pytest.raises(fk.LayerError, match="are for 2 spatial axes; this bottom has 3"):
        fk.load_net(two, shapes=shapes, dialect="3d-caffe")


def test_pooling_with_a_length_for_each_axis_is_that_of_volumes() -> None:
    each = POOL.replace("kernel_size: 3", "kernel_size: 1 kernel_size: 3 kernel_size: 3")
    net = fk.load_net(each, shapes={"data": VIDEO})
    assert net.layers[-1].tops == (("p", (2, 8, 9, 14, 14)),)
    assert fk.upgrade_text(each).count("kernel_size: ") == 3
    with pytest.raises(fk.LayerError, match="for each of its 2 spatial axes: it is given 3 times"):
        fk.load_net(each, shapes={"data": (2, 8, 28, 28)})


def test_a_convolution_of_three_lengths_tells_that_pooling_is_of_volumes() -> None:
    convolution = """layer { name: "c" type: "Convolution" bottom: "data" top: "data2"
        convolution_param { num_output: 8 kernel_size: [3, 3, 3] pad: 1 } }"""
    net = fk.load_net(
        convolution + POOL.replace('"data"', '"data2"'), shapes={"data": (2, 3, 16, 28, 28)}
    )
    assert net.layers[-1].tops == (("p", (2, 8, 8, 14, 14)),)
