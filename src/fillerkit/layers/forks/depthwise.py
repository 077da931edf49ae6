"""Convolutions with one filter a channel."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import Window, convolution, convolved, gathered
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4
from fillerkit.schema.forks_pb2 import LayerParameter

layer(
    "DepthwiseConvolution",
    bottoms=(1, None),
    tops=(1, None),
    same=True,
    blobs=("weight", "bias"),
    sums=gathered,
)(convolution)


def _one_channel(layer: LayerParameter, weight: Shape) -> tuple[float, int]:
    """A unit adds up what its filter covers in one channel, which no other unit takes."""
    return prod(weight[1:]), 1


@layer("ConvolutionDepthwise", blobs=("weight", "bias"), sums=_one_channel)
def convolution_depthwise(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A filter for each channel; the weight is C x 1 x kernel (sp2823's layer)."""
    p, shape = layer.convolution_param, axes4(bottoms[0])
    if p.num_output != shape[1]:
        raise LayerError(
            f"needs as many outputs as channels: num_output {p.num_output}, {shape[1]} channels",
            field="convolution_param.num_output",
        )
    window = Window(p, shape)
    params = [Param("weight", (shape[1], 1, *window.kernel), p.weight_filler)]
    if p.bias_term:
        params.append(Param("bias", (shape[1],), p.bias_filler))
    return Plan(tops=[(*shape[:2], *(convolved(*axis) for axis in window.axes()))], params=params)
