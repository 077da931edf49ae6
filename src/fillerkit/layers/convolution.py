"""Convolution and Deconvolution, over any number of spatial axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, equal_shapes, positive, shown
from fillerkit.schema.forks_pb2 import (
    ConvolutionParameter,
    DeformableConvolutionParameter,
    LayerParameter,
)


def gathered(layer: LayerParameter, weight: Shape) -> tuple[float, int]:
    """The sums of a convolution: a unit adds up what one filter covers in its group."""
    return prod(weight[1:]), weight[0] // layer.convolution_param.group


def _spread(layer: LayerParameter, weight: Shape) -> tuple[float, int]:
    """The sums of a deconvolution, away from the edges.

    Filters lie a stride apart, so a value gets kernel / stride^2 products from each channel.
    """
    p = layer.convolution_param
    stride = prod(_lengths(p, "stride", "stride", len(weight) - 2, 1, "convolution_param"))
    return weight[0] / p.group * prod(weight[2:]) / stride, weight[1]


@layer(
    "Convolution",
    bottoms=(1, None),
    tops=(1, None),
    same=True,
    blobs=("weight", "bias"),
    sums=gathered,
)
def convolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cross-correlates each bottom with one bank of filters.

    The weight is num_output x (channels / group) x kernel.
    """
    return _plan(layer, bottoms, convolved, transposed=False)


@layer(
    "Deconvolution",
    bottoms=(1, None),
    tops=(1, None),
    same=True,
    blobs=("weight", "bias"),
    sums=_spread,
)
def deconvolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The transpose of a convolution: spreads each bottom.

    The weight is channels x (num_output / group) x kernel: its first axis is the bottom's
    channels. shape_offset makes tops longer (happynear, deconv_layer.cpp).
    """
    return _plan(layer, bottoms, deconvolved, transposed=True)


def convolved(length: int, kernel: int, stride: int, pad: int, dilation: int) -> int:
    """The length of an axis after a convolution: the windows that fit.

    Divided as C divides, towards 0, a window a little too large still makes one.
    """
    room = length + 2 * pad - (dilation * (kernel - 1) + 1)
    return (room // stride if room >= 0 else -(-room // stride)) + 1


def deconvolved(length: int, kernel: int, stride: int, pad: int, dilation: int) -> int:
    """The length of an axis after a deconvolution."""
    return stride * (length - 1) + dilation * (kernel - 1) + 1 - 2 * pad


def _plan(
    layer: LayerParameter,
    bottoms: Sequence[Shape],
    spatial: Callable[[int, int, int, int, int], int],
    *,
    transposed: bool,
) -> Plan:
    p = layer.convolution_param
    window = Window(p, bottoms[0])
    channels = window.channels
    outputs = positive(p.num_output, "convolution_param.num_output")
    group = positive(p.group, "convolution_param.group")
    for what, total in (("channels", channels), ("num_output", outputs)):
        if total % group:
            raise LayerError(
                f"group {group} does not divide its {total} {what}", field="convolution_param.group"
            )
    equal_shapes(bottoms)
    rows, columns = (channels, outputs) if transposed else (outputs, channels)
    params = [Param("weight", (rows, columns // group, *window.kernel), p.weight_filler)]
    if p.bias_term:
        params.append(Param("bias", (outputs,), p.bias_filler))
    lengths = [spatial(*axis) for axis in window.axes()]
    if transposed and p.shape_offset:
        if len(p.shape_offset) < len(lengths):
            raise LayerError(
                f"needs shape_offset for each of its {len(lengths)} spatial axes",
                field="convolution_param.shape_offset",
            )
        lengths = [length + more for length, more in zip(lengths, p.shape_offset, strict=False)]
    if any(length < 0 for length in lengths):
        at_fault = "pad" if transposed else "kernel_size"
        raise LayerError(
            f"kernel {shown(window.kernel)} with pad {shown(window.pad)} does not fit its bottom, "
            f"{shown(bottoms[0])}: a top would be {shown(lengths)}",
            field=f"convolution_param.{at_fault}",
        )
    top = (*bottoms[0][: window.channel_axis], outputs, *lengths)
    return Plan(tops=[top] * len(bottoms), params=params)


class Window:
    """What ``convolution_param`` says about the spatial axes of a bottom, checked as by Caffe.

    Or another `message` with the same fields. hole is what DeepLab called dilation at first.
    """

    def __init__(
        self,
        p: ConvolutionParameter | DeformableConvolutionParameter,
        shape: Shape,
        message: str = "convolution_param",
    ) -> None:
        self.channel_axis = canonical_axis(p.axis, shape, f"{message}.axis")
        self.channels = shape[self.channel_axis]
        self.spatial = shape[self.channel_axis + 1 :]
        self.kernel = _lengths(p, "kernel", "kernel_size", len(self.spatial), None, message)
        self.stride = _lengths(p, "stride", "stride", len(self.spatial), 1, message)
        self.pad = _lengths(p, "pad", "pad", len(self.spatial), 0, message)
        hole = getattr(p, "hole", 1)
        self.dilation = _lengths(p, "", "dilation", len(self.spatial), hole, message)
        for name, lengths in (("kernel_size", self.kernel), ("stride", self.stride)):
            for length in lengths:
                positive(length, f"{message}.{name}")

    def axes(self) -> list[tuple[int, int, int, int, int]]:
        """Of every spatial axis: length, kernel, stride, pad, dilation."""
        return list(
            zip(self.spatial, self.kernel, self.stride, self.pad, self.dilation, strict=True)
        )


def _lengths(
    p: ConvolutionParameter | DeformableConvolutionParameter,
    short: str,
    name: str,
    axes: int,
    default: int | None,
    message: str,
) -> tuple[int, ...]:
    """One length a spatial axis, from ``name`` (once, or once an axis) or ``short_h/short_w``."""
    values = list(getattr(p, name))
    field = f"{message}.{name}"
    if short and (p.HasField(f"{short}_h") or p.HasField(f"{short}_w")):
        if values:
            raise LayerError(
                f"gives both {name} and {short}_h or {short}_w: keep one of them", field=field
            )
        if axes != 2:
            raise LayerError(
                f"{short}_h and {short}_w are for 2 spatial axes; this bottom has {axes}: "
                f"give {name} once, or once an axis",
                field=f"{message}.{short}_{'h' if p.HasField(f'{short}_h') else 'w'}",
            )
        if short != "pad":
            for side in ("h", "w"):
                positive(getattr(p, f"{short}_{side}"), f"{message}.{short}_{side}")
        return getattr(p, f"{short}_h"), getattr(p, f"{short}_w")
    if not values and default is not None:
        return (default,) * axes
    if len(values) == 1:
        return (values[0],) * axes
    if len(values) != axes:
        raise LayerError(
            f"needs {name} once, or once for each of its {axes} spatial axes: "
            f"it is given {len(values)} times",
            field=field if values else message,
        )
    return tuple(values)
