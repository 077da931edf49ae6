"""Convolutions with one filter a channel."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.convolution import OF_FORKS, convolution, convolve
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs

runs("DepthwiseConvolution", without=OF_FORKS)(convolution)


@runs("ConvolutionDepthwise", without=OF_FORKS)
def convolution_depthwise(layer: LayerModule, x: Tensor) -> Tensor:
    """A filter for each channel, whatever group says (sp2823's layer)."""
    weight, *bias = layer.blobs()
    p = layer.message.convolution_param
    return convolve(x, weight, bias[0] if bias else None, p, group=x.shape[1])
