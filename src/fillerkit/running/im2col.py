"""Im2col: a convolution's windows laid out as columns."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.layers.convolution import Window, convolved
from fillerkit.layers.plan import Shape
from fillerkit.running.layer_module import LayerModule, is_jit_traced, shape_of
from fillerkit.running.registry import runs


def _window(layer: LayerModule, shape: Shape) -> Window:
    return Window(layer.message.convolution_param, shape)


@runs("Im2col", plan=_window)
def im2col(layer: LayerModule, x: Tensor) -> Tensor:
    """Every window's values, as channels x kernel channels, over any number of spatial axes."""
    window: Window = layer.planned(shape_of(x))
    batch = x.shape[: window.channel_axis]
    found = columns(x.reshape(-1, *x.shape[window.channel_axis :]), window)
    return found.reshape(*batch, *found.shape[1:])


def columns(x: Tensor, window: Window) -> Tensor:
    """N x (channels kernel) x places of `x`, N x channels x lengths, with zeros beyond its edge."""
    axes, edges = window.axes(), []
    for length, kernel, stride, pad, dilation in reversed(axes):
        top = convolved(length, kernel, stride, pad, dilation)
        edges += [pad, (top - 1) * stride + dilation * (kernel - 1) + 1 - length - pad]
    x = functional.pad(x, edges)
    for axis, (_, kernel, stride, _, dilation) in enumerate(axes, 2):
        x = unfolded(x, axis, kernel, stride, dilation)
    count = len(axes)
    x = x.permute(0, 1, *range(2 + count, 2 + 2 * count), *range(2, 2 + count))
    return x.reshape(x.shape[0], -1, *x.shape[2 + count :])


def unfolded(x: Tensor, axis: int, kernel: int, stride: int, dilation: int = 1) -> Tensor:
    """`x` with the windows along an axis in its place, and what is in each in a new last axis."""
    reach = dilation * (kernel - 1) + 1
    if not is_jit_traced():
        return x.unfold(axis, reach, stride)[..., ::dilation]
    # The older exporter to ONNX has no operator for it.
    starts = torch.arange(0, shape_of(x)[axis] - reach + 1, stride, device=x.device)
    cells = starts[:, None] + torch.arange(0, reach, dilation, device=x.device)
    found = x.index_select(axis, cells.flatten())
    return found.reshape(*x.shape[:axis], *cells.shape, *x.shape[axis + 1 :]).movedim(axis + 1, -1)
