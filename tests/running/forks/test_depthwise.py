"""ConvolutionDepthwise against NumPy."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_a_depthwise_convolution_has_a_filter_a_channel(run: Run, x: Any) -> None:
    body = 'convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: "uniform" }'
    found, w, _ = run("ConvolutionDepthwise", x, body=body + "}")
    close(found, x * w.reshape(4, 1, 1))
