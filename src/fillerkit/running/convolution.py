"""Convolution and Deconvolution, over 1 to 3 spatial axes and, for the first, any number."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.layers.convolution import Window, convolved
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Shape
from fillerkit.running.im2col import columns
from fillerkit.running.layer_module import LayerModule, shape_of
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


class Laid(NamedTuple):
    """How a window lies on bottoms of one shape.

    Attributes
    ----------
    axis : int
        Of the channels; those before are a batch.
    stride, pad, dilation : tuple of int
        For each spatial axis.
    tops : tuple of int
        The lengths of the top's spatial axes.
    beyond : tuple of int
        What the last windows need beyond the padding, as `functional.pad` takes it; () for nothing.
    window : Window
    """

    axis: int
    stride: tuple[int, ...]
    pad: tuple[int, ...]
    dilation: tuple[int, ...]
    tops: tuple[int, ...]
    beyond: tuple[int, ...]
    window: Window


def laid(layer: LayerModule, shape: Shape) -> Laid:
    """The plan of a convolution."""
    window = Window(layer.message.convolution_param, shape)
    tops = tuple(convolved(*axis) for axis in window.axes())
    over = [
        max((top - 1) * stride + dilation * (kernel - 1) + 1 - length - 2 * pad, 0)
        for top, (length, kernel, stride, pad, dilation) in zip(tops, window.axes(), strict=True)
    ]
    beyond = tuple(n for more in reversed(over) for n in (0, more)) if any(over) else ()
    stride, pad, dilation = window.stride, window.pad, window.dilation
    return Laid(window.channel_axis, stride, pad, dilation, tops, beyond, window)


def _at_most_three(layer: Layer) -> str:
    axes = len(layer.params[0].shape) - 2
    return f"its {axes} spatial axes: PyTorch has 3 at most" if axes > 3 else ""


@runs("Convolution", without=OF_FORKS, plan=laid)
def convolution(layer: LayerModule, *bottoms: Tensor) -> Tops:
    """Cross-correlates each bottom with one bank of filters.

    The axes before axis are a batch. A window that is a little too large, by less than a stride,
    still counts, with zeros beyond the edge.
    """
    weight, *bias = layer.blobs()
    at, group = layer.planned(shape_of(bottoms[0])), layer.message.convolution_param.group
    return [convolve(x, weight, bias[0] if bias else None, at, group) for x in bottoms]


@runs("Deconvolution", without=OF_FORKS, refuse=_at_most_three, plan=laid)
def deconvolution(layer: LayerModule, *bottoms: Tensor) -> Tops:
    """The transpose of a convolution; the weight is channels x (num_output / group) x kernel."""
    weight, *bias = layer.blobs()
    at, group = layer.planned(shape_of(bottoms[0])), layer.message.convolution_param.group
    return [_deconvolve(x, weight, bias[0] if bias else None, at, group) for x in bottoms]


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, at: Laid, group: int) -> Tensor:
    """One bottom's top."""
    batch, axes = x.shape[: at.axis], len(at.tops)
    if at.axis != 1:
        x = x.reshape(-1, *x.shape[at.axis :])
    if axes == 0:
        return _convolve_columns(x[..., None], weight[..., None], bias, group).reshape(*batch, -1)
    if axes > 3:
        x = _convolve_columns(columns(x, at.window), weight, bias, group)
        return x.reshape(*batch, len(weight), *at.tops)
    if at.beyond:
        x = functional.pad(x, at.beyond)
    top = _FORWARD[axes](x, weight, bias, at.stride, at.pad, at.dilation, group)
    return top if at.axis == 1 else top.reshape(*batch, *top.shape[1:])


def _convolve_columns(x: Tensor, weight: Tensor, bias: Tensor | None, group: int) -> Tensor:
    """A convolution as a product: of columns, N x (channels kernel) x places, and the weight."""
    num, rows, places = x.shape[0], len(weight), x.shape[2:].numel()
    found = torch.matmul(
        weight.reshape(group, rows // group, -1), x.reshape(num, group, -1, places)
    )
    found = found.reshape(num, rows, places)
    return found if bias is None else found + bias[:, None]


def _deconvolve(x: Tensor, weight: Tensor, bias: Tensor | None, at: Laid, group: int) -> Tensor:
    batch, axes = x.shape[: at.axis], len(at.tops)
    if at.axis != 1:
        x = x.reshape(-1, *x.shape[at.axis :])
    if axes == 0:
        x, weight = x[..., None], weight[..., None]
        return functional.conv_transpose1d(x, weight, bias, groups=group).reshape(*batch, -1)
    top = _TRANSPOSED[axes](x, weight, bias, at.stride, at.pad, 0, group, at.dilation)
    return top if at.axis == 1 else top.reshape(*batch, *top.shape[1:])
