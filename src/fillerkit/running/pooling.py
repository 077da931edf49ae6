"""Pooling, with Caffe's ceiling, its clipping of windows and its averages over padding."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Shape
from fillerkit.layers.pooling import pooled
from fillerkit.running.im2col import unfolded
from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.registry import Tops, runs
from fillerkit.schema.forks_pb2 import PoolingParameter

_FORKS = tuple(
    f"pooling_param.{name}"
    for name in (
        "kernel_size_each",
        "stride_each",
        "pad_each",
        "torch_pooling",
        "pad_3d",
        "kernel_size_3d",
        "stride_3d",
        "axis",
        "kernel_depth",
        "temporal_pad",
        "temporal_stride",
        "hole",
        "hole_h",
        "hole_w",
    )
)
_KNOWN = (PoolingParameter.MAX, PoolingParameter.AVE, PoolingParameter.STOCHASTIC)


def _of_a_fork(layer: Layer) -> str:
    axes = len(layer.tops[0][1])
    if axes != 4:
        return f"its bottom of {axes} axes"
    return "" if layer.message.pooling_param.pool in _KNOWN else "its pooling_param.pool"


def _windows(layer: LayerModule, shape: Shape) -> tuple[Windows, ...]:
    p, lengths = layer.message.pooling_param, shape[2:]
    pad, stride = _pair(p, "pad"), _pair(p, "stride")
    kernel = lengths if p.global_pooling else _pair(p, "kernel")
    down = p.round_mode == PoolingParameter.FLOOR or not p.ceil_mode
    tops = pooled(lengths, kernel, stride, pad, down=down)
    return tuple(Windows(*axis) for axis in zip(lengths, kernel, stride, pad, tops, strict=True))


@runs("Pooling", without=_FORKS, refuse=_of_a_fork, plan=_windows)
def pooling(layer: LayerModule, x: Tensor) -> Tops:
    """The largest, the mean or a drawn value of each window.

    The last window may hang over the edge, unless the net says round_mode FLOOR; with a pad, one
    that would begin beyond the bottom and its padding before is left out. A mean divides by the
    window's size as far as it lies within the padding on all sides, padding counted. STOCHASTIC
    draws a value with a probability in proportion to it in training, and is sum(x^2) / sum(x) of
    the window else. A second top holds, of MAX, where in its channel each value stood, and -1 of a
    window without one.
    """
    p = layer.message.pooling_param
    windows = layer.planned(shape_of(x))
    if p.pool == PoolingParameter.AVE:
        return pooled_mean(x, windows, with_padding=p.avg_include_pad)
    if p.pool == PoolingParameter.STOCHASTIC:
        return _stochastic(x, windows, draw=layer.training)
    if len(layer.message.top) == 1:
        return pooled_max(x, windows)
    return _max_and_mask(x, windows)


class Windows:
    """The windows along one axis of a bottom.

    Parameters
    ----------
    length : int
        Of the bottom.
    kernel, stride, pad : int
    count : int
        How many windows there are.

    Attributes
    ----------
    length, kernel, stride, pad, count : int
    beyond : int
        How far the last window reaches beyond the bottom; below 0, how much it leaves.
    """

    def __init__(self, length: int, kernel: int, stride: int, pad: int, count: int) -> None:
        self.length = length
        self.kernel = kernel
        self.stride = stride
        self.pad = pad
        self.count = count
        self.beyond = (count - 1) * stride + kernel - pad - length
        starts = [index * stride - pad for index in range(count)]
        self._sizes = {
            True: [min(start + kernel, length + pad) - start for start in starts],
            False: [min(start + kernel, length) - max(start, 0) for start in starts],
        }

    def holds_values(self) -> bool:
        """Whether each window has a value of the bottom's in it."""
        return min(self._sizes[False]) > 0

    def sizes(self, *, with_padding: bool) -> list[int]:
        """What a mean of each window divides by along this axis."""
        return self._sizes[with_padding]


def pooled_max(x: Tensor, windows: Sequence[Windows]) -> Tensor:
    """The largest value of each window; the lowest float of a window without one."""
    high, wide = windows
    x = _padded(x, windows, torch.finfo(x.dtype).min)
    return functional.max_pool2d(x, (high.kernel, wide.kernel), (high.stride, wide.stride))


def pooled_mean(x: Tensor, windows: Sequence[Windows], *, with_padding: bool = True) -> Tensor:
    """The mean of each window, over its size within the padding or within the bottom."""
    high, wide = windows
    kernel, stride = (high.kernel, wide.kernel), (high.stride, wide.stride)
    x = _padded(x, windows, 0.0)
    mean = functional.avg_pool2d(x, kernel, stride)
    heights, widths = (axis.sizes(with_padding=with_padding) for axis in windows)
    if min(heights) == high.kernel and min(widths) == wide.kernel:
        return mean
    of_axes = (torch.tensor(each, dtype=x.dtype, device=x.device) for each in (heights, widths))
    # Not by divisor_override, which exporters to ONNX pass over.
    return mean * (high.kernel * wide.kernel / torch.outer(*of_axes))


def _padded(x: Tensor, windows: Sequence[Windows], value: float) -> Tensor:
    """`x` with what the windows reach beyond it, and without what none reaches."""
    high, wide = windows
    edges = [wide.pad, wide.beyond, high.pad, high.beyond]
    if not any(edges):
        return x
    return functional.pad(x, edges, value=value)


def _max_and_mask(x: Tensor, windows: Sequence[Windows]) -> tuple[Tensor, Tensor]:
    high, wide = windows
    around = _padded(x, windows, torch.finfo(x.dtype).min)
    found, at = functional.max_pool2d_with_indices(
        around, (high.kernel, wide.kernel), (high.stride, wide.stride)
    )
    width = around.shape[3]
    rows, columns = at // width - high.pad, at % width - wide.pad
    mask = rows * wide.length + columns
    if not all(axis.holds_values() for axis in windows):
        mask = torch.where(found > torch.finfo(x.dtype).min, mask, -1)
    return found, mask.to(x.dtype)


def _stochastic(x: Tensor, windows: Sequence[Windows], *, draw: bool) -> Tensor:
    cells = _padded(x, windows, 0.0)
    for axis, along in enumerate(windows, 2):
        cells = unfolded(cells, axis, along.kernel, along.stride)
    cells = cells.flatten(4)
    total = cells.sum(-1)
    if not draw:
        return torch.where(total > 0, cells.square().sum(-1) / torch.where(total > 0, total, 1), 0)
    passed = cells.detach().cumsum(-1)
    drawn = torch.rand_like(total)[..., None] * passed[..., -1:]
    chosen = (passed >= drawn).to(torch.uint8).argmax(-1, keepdim=True)
    return cells.gather(-1, chosen).squeeze(-1)


def _pair(p: PoolingParameter, name: str) -> tuple[int, int]:
    """``name``, or ``name_h`` and ``name_w``, which were checked when the net was read."""
    if p.HasField(f"{name}_h"):
        return getattr(p, f"{name}_h"), getattr(p, f"{name}_w")
    return (getattr(p, "kernel_size" if name == "kernel" else name),) * 2
