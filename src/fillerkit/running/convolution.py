"""Convolution and Deconvolution, over 1 to 3 spatial axes and, for the first, any number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.layers.convolution import Window, convolved
from fillerkit.layers.net_layer import Layer
from fillerkit.running.im2col import columns
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs

OF_FORKS = tuple(
    f"convolution_param.{name}"
    for name in (
        "shape_offset",
        "dilation_h",
        "dilation_w",
        "relu",
        "fusion_type",
        "kernel_depth",
        "temporal_pad",
        "temporal_stride",
        "hole",
        "hole_h",
        "hole_w",
        "binary",
        "coeff",
    )
)

_FORWARD: dict[int, Callable[..., Tensor]] = {
    1: functional.conv1d,
    2: functional.conv2d,
    3: functional.conv3d,
}
_TRANSPOSED: dict[int, Callable[..., Tensor]] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}


def _at_most_three(layer: Layer) -> str:
    axes = len(layer.params[0].shape) - 2
    return f"its {axes} spatial axes: PyTorch has 3 at most" if axes > 3 else ""


@runs("Convolution", without=OF_FORKS)
def convolution(layer: LayerModule, *bottoms: Tensor) -> Tops:
    """Cross-correlates each bottom with one bank of filters.

    The axes before axis are a batch. A window that is a little too large, by less than a stride,
    still counts, with zeros beyond the edge.
    """
    weight, *bias = layer.blobs()
    p = layer.message.convolution_param
    return [convolve(x, weight, bias[0] if bias else None, p, p.group) for x in bottoms]


@runs("Deconvolution", without=OF_FORKS, refuse=_at_most_three)
def deconvolution(layer: LayerModule, *bottoms: Tensor) -> Tops:
    """The transpose of a convolution; the weight is channels x (num_output / group) x kernel."""
    weight, *bias = layer.blobs()
    p = layer.message.convolution_param
    return [_deconvolve(x, weight, bias[0] if bias else None, p) for x in bottoms]


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, p: Any, group: int) -> Tensor:
    """One bottom's top: `p` is the ``convolution_param``."""
    window = Window(p, tuple(x.shape))
    batch = x.shape[: window.channel_axis]
    x = x.reshape(-1, *x.shape[window.channel_axis :])
    axes = len(window.spatial)
    if axes == 0:
        return _convolve_columns(x[..., None], weight[..., None], bias, group).reshape(*batch, -1)
    tops = [convolved(*axis) for axis in window.axes()]
    if axes > 3:
        x = _convolve_columns(columns(x, window), weight, bias, group)
        return x.reshape(*batch, len(weight), *tops)
    over = [
        (top - 1) * stride + dilation * (kernel - 1) + 1 - length - 2 * pad
        for top, (length, kernel, stride, pad, dilation) in zip(tops, window.axes(), strict=True)
    ]
    if any(beyond > 0 for beyond in over):
        x = functional.pad(x, [n for beyond in reversed(over) for n in (0, max(beyond, 0))])
    top = _FORWARD[axes](x, weight, bias, window.stride, window.pad, window.dilation, group)
    return top.reshape(*batch, *top.shape[1:])


def _convolve_columns(x: Tensor, weight: Tensor, bias: Tensor | None, group: int) -> Tensor:
    """A convolution as a product: of columns, N x (channels kernel) x places, and the weight."""
    num, rows, places = len(x), len(weight), x[0, 0].numel()
    found = torch.matmul(
        weight.reshape(group, rows // group, -1), x.reshape(num, group, -1, places)
    )
    found = found.reshape(num, rows, places)
    return found if bias is None else found + bias[:, None]


def _deconvolve(x: Tensor, weight: Tensor, bias: Tensor | None, p: Any) -> Tensor:
    window = Window(p, tuple(x.shape))
    batch = x.shape[: window.channel_axis]
    x = x.reshape(-1, *x.shape[window.channel_axis :])
    axes = len(window.spatial)
    stride, pad, dilation = list(window.stride), list(window.pad), list(window.dilation)
    if axes == 0:
        x, weight, axes, stride, pad, dilation = x[..., None], weight[..., None], 1, [1], [0], [1]
    top = _TRANSPOSED[axes](x, weight, bias, stride, pad, [0] * axes, p.group, dilation)
    return top.reshape(*batch, top.shape[1], *(top.shape[2:] if window.spatial else ()))
