"""Convolution3D and Deconvolution3D of C3D, both versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

Make = Callable[..., Any]

VIDEO = (2, 3, 16, 112, 112)


def test_c3d_fills_with_the_blobs_of_its_layers() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "data"
          input_param { shape { dim: 2 dim: 3 dim: 16 dim: 112 dim: 112 } } }
        layer { name: "conv1a" type: "Convolution3D" bottom: "data" top: "conv1a"
          convolution3d_param { num_output: 64 kernel_size: 3 kernel_depth: 3 pad: 1
            temporal_pad: 1 weight_filler { type: "gaussian" std: 0.01 }
            bias_filler { type: "constant" value: 0 } } }
        layer { name: "pool1" type: "Pooling3D" bottom: "conv1a" top: "pool1"
          pooling3d_param { pool: MAX kernel_size: 2 kernel_depth: 1 stride: 2
            temporal_stride: 1 } }
        layer { name: "fc6" type: "InnerProduct" bottom: "pool1" top: "fc6"
          inner_product_param { num_output: 10 weight_filler { type: "gaussian" std: 0.005 } } }""")
    assert [layer.tops[0][1] for layer in net.layers[1:3]] == [
        (2, 64, 16, 112, 112),
        (2, 64, 16, 56, 56),
    ]
    assert [param.shape for layer in net.layers for param in layer.params] == [
        (64, 3, 3, 3, 3),
        (1, 1, 1, 1, 64),
        (10, 3211264),
        (10,),
    ]
    assert net.layers[1].params[0].distribution == fk.Gaussian(0, float(np.float32(0.01)))


def test_version_1_0_reads_convolution_param_and_pooling_param() -> None:
    net = fk.load_net(
        """
        layers { name: "conv" type: CONVOLUTION3D bottom: "data" top: "conv"
          convolution_param { num_output: 8 kernel_size: 3 kernel_depth: 2 pad: 1 temporal_pad: 1
            stride: 2 temporal_stride: 3 weight_filler { type: "xavier" } } }
        layers { name: "pool" type: POOLING3D bottom: "conv" top: "pool"
          pooling_param { pool: MAX kernel_size: 2 kernel_depth: 2 stride: 2 temporal_stride: 2 } }
        """,
        shapes={"data": VIDEO},
    )
    conv, pool = net.layers[-2:]
    assert conv.tops[0][1] == (2, 8, 6, 56, 56)
    assert [param.shape for param in conv.params] == [(8, 3, 2, 3, 3), (1, 1, 1, 1, 8)]
    assert pool.tops[0][1] == (2, 8, 3, 28, 28)


def test_filter_group_divides_the_outputs_and_not_the_channels(made: Make) -> None:
    body = (
        "convolution3d_param { num_output: 6 kernel_size: 3 kernel_depth: 1 filter_group: %d "
        "bias_term: false }"
    )
    assert made("Convolution3D", VIDEO, body=body % 2).blobs == [(6, 3, 1, 3, 3)]
    with pytest.raises(fk.LayerError, match="filter_group 4 does not divide its 6 num_output"):
        made("Convolution3D", VIDEO, body=body % 4)


def test_a_kernel_has_no_depth_of_its_own(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="needs kernel_depth to be 1 or more"):
        made("Convolution3D", VIDEO, body="convolution3d_param { num_output: 6 kernel_size: 3 }")


def test_a_bottom_has_five_axes_that_the_kernel_fits(made: Make) -> None:
    body = "convolution3d_param { num_output: 6 kernel_size: 3 kernel_depth: 3 }"
    with pytest.raises(fk.LayerError, match=r"needs a bottom of 5 axes .* not 2x3x8x8"):
        made("Convolution3D", (2, 3, 8, 8), body=body)
    with pytest.raises(fk.LayerError, match="does not fit its bottom, 2x3x2x8x8"):
        made("Convolution3D", (2, 3, 2, 8, 8), body=body)


def test_a_deconvolution_takes_bias_term_from_the_other_message(made: Make) -> None:
    body = (
        "convolution3d_param { num_output: 5 kernel_size: 4 kernel_depth: 3 stride: 2 pad: 1 "
        "temporal_pad: 1 bias_term: false }"
    )
    layer = made("Deconvolution3D", (2, 3, 4, 7, 7), body=body)
    assert layer.tops == [(2, 5, 4, 14, 14)]
    assert layer.blobs == [(3, 5, 3, 4, 4), (1, 1, 1, 1, 5)]
    body += " convolution_param { bias_term: false }"
    assert made("Deconvolution3D", (2, 3, 4, 7, 7), body=body).blobs == [(3, 5, 3, 4, 4)]


@pytest.mark.parametrize(
    ("kind", "sums"), [("Convolution3D", (81.0, 8)), ("Deconvolution3D", (8 * 27 / 4, 3))]
)
def test_a_unit_adds_up_a_filter_of_all_channels(
    kind: str, sums: tuple[float, int], set_up: Callable[..., fk.Layer]
) -> None:
    body = "convolution3d_param { num_output: 8 kernel_size: 3 kernel_depth: 3 stride: 2 }"
    layer = set_up(kind, VIDEO, body=body)
    assert layer.traits.sums is not None
    assert layer.traits.sums(layer.message, (8, 3, 3, 3, 3)) == sums
