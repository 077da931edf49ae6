"""What a layer does to a signal's strength, where that has a closed form.

A unit sums n products of inputs x and weights w that are independent, with weights of mean 0. Then
E[y^2] = n Var(w) E[x^2], plus the bias's own square. The gradient at an input sums, in the same
way, a product for each unit that takes it. Zeros that a pad adds are not counted as products. A
rectifier keeps half of the square of what is as often positive as negative.
"""

from __future__ import annotations

from math import prod, sqrt
from typing import NamedTuple

from fillerkit.blobs.blobs import Blobs
from fillerkit.formats.stored import Start
from fillerkit.layers import Shape
from fillerkit.layers.convolution import Window
from fillerkit.layers.net_layer import Layer
from fillerkit.nets.net import Net


class Counts(NamedTuple):
    """How many products a unit sums, and how many sums an input is in, on average."""

    forward: float
    backward: float


def sums(layer: Layer) -> bool:
    """Whether a layer's values are sums of its bottom's, each times a weight, and nothing more."""
    return layer.traits.sums is not None and not layer.traits.activates and bool(layer.params)


def counts(layer: Layer, bottom: Shape, top: Shape) -> Counts | None:
    """Of a layer that sums; None of others."""
    of_weight = layer.traits.sums
    if of_weight is None or not sums(layer):
        return None
    weight = layer.params[0].shape
    if len(weight) == 2:
        return Counts(*of_weight(layer.message, weight))
    if not layer.message.HasField("convolution_param"):
        return None
    # A deconvolution is a convolution from its top to its bottom.
    transposed = layer.type == "Deconvolution"
    if transposed:
        bottom, top = top, bottom
    window = Window(layer.message.convolution_param, bottom)
    taps = prod(
        _inside(*axis, outputs=n)
        for axis, n in zip(window.axes(), _spatial(top, window), strict=True)
    )
    places = prod(_spatial(top, window))
    if not places or not prod(window.spatial):
        return None
    group = window.channels / weight[1]
    found = Counts(weight[1] * taps / places, weight[0] / group * taps / prod(window.spatial))
    return Counts(found.backward, found.forward) if transposed else found


def _spatial(top: Shape, window: Window) -> Shape:
    return top[window.channel_axis + 1 :]


def _inside(length: int, kernel: int, stride: int, pad: int, dilation: int, outputs: int) -> int:
    """How many pairs of an output and a value below it there are along one axis."""
    return sum(
        0 <= at * stride - pad + tap * dilation < length
        for at in range(outputs)
        for tap in range(kernel)
    )


def forward(count: Counts, weight: Start, bias: Start | None, rms: float) -> float | None:
    """The factor from the bottom's rms to the top's."""
    if weight.mean or not rms:
        return None
    own = (bias.mean**2 + bias.std**2) / rms**2 if bias else 0.0
    return sqrt(count.forward * weight.std**2 + own)


def backward(count: Counts, weight: Start) -> float | None:
    """The factor from the gradient at the top to that at the bottom."""
    return None if weight.mean else sqrt(count.backward) * weight.std


def rectified(layer: Layer) -> float | None:
    """What a rectifier passes of what is as often positive as negative; None of other layers."""
    if layer.type != "ReLU":
        return None
    return sqrt((1 + layer.message.relu_param.negative_slope**2) / 2)


def starts(net: Net, layer: Layer, blobs: Blobs) -> tuple[Start, Start | None] | None:
    """How weight and bias of a layer were filled; None where that is not known."""
    found = []
    for index, param in enumerate(layer.params[:2]):
        owner = (net.layers[param.owner[0]].key, param.owner[1]) if param.owner else None
        start = blobs.starts.get(owner or (layer.key, index))
        if start is None:
            return None
        found.append(start)
    return (found[0], found[1] if len(found) > 1 else None) if found else None
