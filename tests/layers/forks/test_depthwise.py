"""Depthwise convolutions."""

from __future__ import annotations

from layer_of_text import CONV, blobs_of, set_up_text, tops_of


def test_depthwise_convolution_has_one_filter_a_channel() -> None:
    body = "convolution_param { num_output: 8 kernel_size: 3 pad: 1 group: 8 }"
    layer, _ = set_up_text(f'type: "DepthwiseConvolution" top: "t" {body}', CONV)
    assert blobs_of(layer) == [(8, 1, 3, 3), (8,)]
    assert tops_of(layer) == [CONV]


def test_convolution_depthwise_needs_no_group() -> None:
    body = "convolution_param { num_output: 8 kernel_size: 3 bias_term: false }"
    layer, _ = set_up_text(f'type: "ConvolutionDepthwise" top: "t" {body}', CONV)
    assert blobs_of(layer) == [(8, 1, 3, 3)]
    assert tops_of(layer) == [(2, 8, 10, 8)]
