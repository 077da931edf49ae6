"""Convolutions with one filter a channel."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.convolution import OF_FORKS, convolution, convolve, laid
from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.registry import runs

runs("DepthwiseConvolution", without=OF_FORKS, plan=laid)(convolution)


@runs("ConvolutionDepthwise", without=OF_FORKS, plan=laid)
def convolution_depthwise(layer: LayerModule, x: Tensor) -> Tensor:
    """A filter for each channel, whatever group says (sp2823's layer)."""
    weight, *bias = layer.blobs()
    at = layer.planned(shape_of(x))
    return convolve(x, weight, bias[0] if bias else None, at, group=len(weight))
