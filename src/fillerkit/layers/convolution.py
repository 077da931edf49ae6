"""Convolution and Deconvolution, over any number of spatial axes."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, equal_shapes, positive
from fillerkit.schema.caffe_pb2 import ConvolutionParameter, LayerParameter


@layer("Convolution", bottoms=(1, None), tops=(1, None), same=True)
def convolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cross-correlates each bottom with one bank of filters.

    The weight is num_output x (channels / group) x kernel; a top's spatial length is
    (length + 2 pad - (dilation (kernel - 1) + 1)) / stride + 1, divided as C divides.
    """
    window = _Window(layer, bottoms)
    lengths = [
        _c_divide(length + 2 * pad - (dilation * (kernel - 1) + 1), stride) + 1
        for length, kernel, stride, pad, dilation in window.axes()
    ]
    return window.plan(layer, bottoms, window.channels, lengths)


@layer("Deconvolution", bottoms=(1, None), tops=(1, None), same=True)
def deconvolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The transpose of a convolution: spreads each bottom by one bank of filters.

    The weight is channels x (num_output / group) x kernel: its first axis is the bottom's
    channels. A top's spatial length is stride (length - 1) + dilation (kernel - 1) + 1 - 2 pad.
    """
    window = _Window(layer, bottoms)
    lengths = [
        stride * (length - 1) + dilation * (kernel - 1) + 1 - 2 * pad
        for length, kernel, stride, pad, dilation in window.axes()
    ]
    return window.plan(layer, bottoms, window.channels, lengths, transposed=True)


class _Window:
    """What ``convolution_param`` says about the bottoms at hand, checked as Caffe checks it."""

    def __init__(self, layer: LayerParameter, bottoms: Sequence[Shape]) -> None:
        p, shape = layer.convolution_param, bottoms[0]
        self.channel_axis = canonical_axis(p.axis, shape, "convolution_param.axis")
        self.spatial = shape[self.channel_axis + 1 :]
        self.kernel = _lengths(p, "kernel", "kernel_size", len(self.spatial), None)
        self.stride = _lengths(p, "stride", "stride", len(self.spatial), 1)
        self.pad = _lengths(p, "pad", "pad", len(self.spatial), 0)
        self.dilation = _lengths(p, "", "dilation", len(self.spatial), 1)
        for name, lengths in (("kernel_size", self.kernel), ("stride", self.stride)):
            for length in lengths:
                positive(length, f"convolution_param.{name}")
        self.channels = shape[self.channel_axis]
        self.outputs = positive(p.num_output, "convolution_param.num_output")
        self.group = positive(p.group, "convolution_param.group")
        for what, total in (("channels", self.channels), ("num_output", self.outputs)):
            if total % self.group:
                raise LayerError(
                    f"group {self.group} does not divide its {total} {what}",
                    field="convolution_param.group",
                )
        equal_shapes(bottoms)

    def axes(self) -> list[tuple[int, int, int, int, int]]:
        """Of every spatial axis: length, kernel, stride, pad, dilation."""
        return list(
            zip(self.spatial, self.kernel, self.stride, self.pad, self.dilation, strict=True)
        )

    def plan(
        self,
        layer: LayerParameter,
        bottoms: Sequence[Shape],
        channels: int,
        lengths: Sequence[int],
        *,
        transposed: bool = False,
    ) -> Plan:
        p = layer.convolution_param
        rows, columns = (channels, self.outputs) if transposed else (self.outputs, channels)
        weight = (rows, columns // self.group, *self.kernel)
        params = [Param("weight", weight, p.weight_filler)]
        if p.bias_term:
            params.append(Param("bias", (self.outputs,), p.bias_filler))
        top = (*bottoms[0][: self.channel_axis], self.outputs, *lengths)
        return Plan(tops=[top] * len(bottoms), params=params)


def _lengths(
    p: ConvolutionParameter, short: str, name: str, axes: int, default: int | None
) -> tuple[int, ...]:
    """One length a spatial axis, from ``name`` (once, or once an axis) or ``short_h/short_w``."""
    values = list(getattr(p, name))
    field = f"convolution_param.{name}"
    if short and (p.HasField(f"{short}_h") or p.HasField(f"{short}_w")):
        if values:
            raise LayerError(
                f"gives both {name} and {short}_h or {short}_w: keep one of them", field=field
            )
        if axes != 2:
            raise LayerError(
                f"{short}_h and {short}_w are for 2 spatial axes; this bottom has {axes}: "
                f"give {name} once, or once an axis",
                field=f"convolution_param.{short}_{'h' if p.HasField(f'{short}_h') else 'w'}",
            )
        return getattr(p, f"{short}_h"), getattr(p, f"{short}_w")
    if not values and default is not None:
        return (default,) * axes
    if len(values) == 1:
        return (values[0],) * axes
    if len(values) != axes:
        raise LayerError(
            f"needs {name} once, or once for each of its {axes} spatial axes: "
            f"it is given {len(values)} times",
            field=field if values else "convolution_param",
        )
    return tuple(values)


def _c_divide(a: int, b: int) -> int:
    """A / b rounded towards 0: a window a little too large still makes one row (Caffe's ints)."""
    return a // b if a >= 0 else -(-a // b)
