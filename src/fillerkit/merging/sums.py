"""The layers that others are folded into: what adds up products, with a bias."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import Layer
from fillerkit.merging.affine import Affine, CannotFold, Doubles, check_fields


class _Kind(NamedTuple):
    """How a type holds its weights: its message, and where the outputs are in the weight."""

    message: str
    scaled: Callable[[Layer, Doubles, Doubles], Doubles]


def _rows(layer: Layer, weight: Doubles, factor: Doubles) -> Doubles:
    """Axis 0 is the outputs."""
    return weight * factor.reshape(-1, *(1,) * (weight.ndim - 1))


def _columns(layer: Layer, weight: Doubles, factor: Doubles) -> Doubles:
    """Axis 1 is the outputs of a group, axis 0 the inputs, group after group."""
    group = layer.message.convolution_param.group
    inputs, outputs = weight.shape[:2]
    grouped = weight.reshape(group, inputs // group, outputs, -1)
    return (grouped * factor.reshape(group, 1, outputs, 1)).reshape(weight.shape)


def _inner(layer: Layer, weight: Doubles, factor: Doubles) -> Doubles:
    return weight * (factor if layer.message.inner_product_param.transpose else factor[:, None])


KINDS = {
    "Convolution": _Kind("convolution_param", _rows),
    "ConvolutionDepthwise": _Kind("convolution_param", _rows),
    "Deconvolution": _Kind("convolution_param", _columns),
    "DepthwiseConvolution": _Kind("convolution_param", _rows),
    "InnerProduct": _Kind("inner_product_param", _inner),
}
"""The types of layer that others can be folded into."""


def check(layer: Layer) -> None:
    """Refuse a layer that nothing can be folded into.

    Raises
    ------
    CannotFold
        The words speak of it as of another layer.
    """
    kind = KINDS[layer.type]
    name = f"layer '{layer.name}' ({layer.type})"
    p = getattr(layer.message, kind.message)
    if len(layer.tops) != 1 or len(layer.bottoms) != 1:
        raise CannotFold(f"{name} has several bottoms")
    if p.axis % len(layer.tops[0][1]) != 1:
        raise CannotFold(f"{name} does not make its channels along axis 1")
    if layer.message.blobs:
        raise CannotFold(f"{name} has blobs in the text")
    check_fields(layer, kind.message)


def folded(layer: Layer, blobs: Sequence[Array], steps: Sequence[Affine]) -> list[Array]:
    """The blobs of a layer that does what those behind it did, one after the other."""
    weight, *bias = (blob.astype(np.float64) for blob in blobs)
    outputs = layer.tops[0][1][1]
    factor, offset = np.ones(outputs), bias[0] if bias else np.zeros(outputs)
    for step in steps:
        factor = factor * step.factor
        offset = offset * step.factor + (0 if step.offset is None else step.offset)
    made = [KINDS[layer.type].scaled(layer, weight, factor)]
    if bias or makes_bias(steps):
        made.append(offset)
    return [each.astype(blobs[0].dtype) for each in made]


def makes_bias(steps: Sequence[Affine]) -> bool:
    """Whether a layer without a bias gets one."""
    return any(step.offset is not None for step in steps)
