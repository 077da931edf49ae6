"""Convolution3D and Deconvolution3D, over a length, a height and a width."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import convolved, deconvolved
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes5, positive, shown
from fillerkit.layers.traits import rows
from fillerkit.schema.forks_pb2 import LayerParameter


def volume(p: Any, message: str, name: str, default: int | None = None) -> tuple[int, int, int]:
    """A length along time and one for both sides: ``kernel_depth`` and ``kernel_size``, say."""
    in_time = {"kernel_size": "kernel_depth"}.get(name, f"temporal_{name}")
    given = getattr(p, name)
    side = given if isinstance(given, int) else given[0] if given else default or 0
    lengths = (getattr(p, in_time), side, side)
    if name != "pad":
        positive(lengths[0], f"{message}.{in_time}")
        positive(side, f"{message}.{name}")
    return lengths


def _spread(layer: LayerParameter, weight: Shape) -> tuple[float, int]:
    """The sums of a deconvolution, away from the edges."""
    p, message = _message(layer)
    stride = prod(volume(p, message, "stride", 1))
    return weight[0] * prod(weight[2:]) / stride, weight[1]


@layer("Convolution3D", blobs=("weight", "bias"), sums=rows)
def convolution3d(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cross-correlates volumes, N x C x length x height x width, with filters (C3D).

    The weight is num_output x C x kernel, whatever filter_group is; the bias has five axes. C3D
    1.1 has its fields in ``convolution3d_param``, 1.0 in ``convolution_param``. Source:
    ``convolution3d_layer.cpp``.
    """
    p, message = _message(layer)
    outputs, group = positive(p.num_output, f"{message}.num_output"), p.filter_group
    if outputs % positive(group, f"{message}.filter_group"):
        raise LayerError(
            f"filter_group {group} does not divide its {outputs} num_output",
            field=f"{message}.filter_group",
        )
    return _plan(layer, bottoms[0], p.bias_term, transposed=False)


@layer("Deconvolution3D", blobs=("weight", "bias"), sums=_spread)
def deconvolution3d(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The transpose of Convolution3D: spreads its bottom (C3D).

    The weight is C x num_output x kernel. Both versions look for bias_term in
    ``convolution_param``, so one in ``convolution3d_param`` comes to nothing. Source:
    ``deconvolution3d_layer.cpp``.
    """
    return _plan(layer, bottoms[0], layer.convolution_param.bias_term, transposed=True)


def _message(layer: LayerParameter) -> tuple[Any, str]:
    """The message that holds the layer's fields, and its name."""
    name = "convolution_param"
    if not layer.HasField("convolution_param") or layer.HasField("convolution3d_param"):
        name = "convolution3d_param"
    return getattr(layer, name), name


def _plan(layer: LayerParameter, bottom: Shape, bias_term: bool, *, transposed: bool) -> Plan:
    p, message = _message(layer)
    num, channels, *lengths = axes5(bottom)
    outputs = positive(p.num_output, f"{message}.num_output")
    kernel, pad = volume(p, message, "kernel_size"), volume(p, message, "pad")
    stride = volume(p, message, "stride", 1)
    spatial = deconvolved if transposed else convolved
    sides = [spatial(*axis, 1) for axis in zip(lengths, kernel, stride, pad, strict=True)]
    if any(side < 1 for side in sides):
        raise LayerError(
            f"kernel {shown(kernel)} with pad {shown(pad)} does not fit its bottom, "
            f"{shown(bottom)}: its top would be {shown(sides)}",
            field=f"{message}.kernel_size",
        )
    first = (channels, outputs) if transposed else (outputs, channels)
    params = [Param("weight", (*first, *kernel), p.weight_filler)]
    if bias_term:
        params.append(Param("bias", (1, 1, 1, 1, outputs), p.bias_filler))
    return Plan(tops=[(num, outputs, *sides)], params=params)
