"""What a layer that normalises or scales does to each channel, once the net is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fillerkit.formats.stored import Array
from fillerkit.layers.batch_norm import uses_gathered
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Setting
from fillerkit.schema import caffe_pb2
from fillerkit.schema.forks_pb2 import TEST, BNParameter

Doubles = NDArray[np.float64]


class CannotFold(Exception):
    """A layer stays as it is, for the reason that the words give."""


class Affine(NamedTuple):
    """``factor * x + offset``, by channel.

    Attributes
    ----------
    factor : ndarray
        One for each channel, or one for all.
    offset : ndarray or None
        The same; None where the layer adds nothing.
    note : str
        What a person should know of the values, or "".
    """

    factor: Doubles
    offset: Doubles | None
    note: str = ""


def affine(layer: Layer, shape: Sequence[int], blobs: Sequence[Array], setting: Setting) -> Affine:
    """What a layer does to its bottom's channels, axis 1.

    Parameters
    ----------
    layer
        Of a type in `KINDS`, with one bottom and one top.
    shape
        Its bottom's.
    blobs
        Its trained values.
    setting
        What else the net's dialect follows from.

    Raises
    ------
    CannotFold
        It does something else, or what it does depends on the batch.
    """
    values = [blob.astype(np.float64) for blob in blobs]
    found = KINDS[layer.type](layer, shape, values, setting)
    numbers = [found.factor] if found.offset is None else [found.factor, found.offset]
    if not all(np.isfinite(each).all() for each in numbers):
        raise CannotFold("its factors are not all finite")
    return found


# What forks say besides Caffe that does no harm: with which code it is worked out, what fills the
# blobs, and the window, which is which values are added up.
_HARMLESS = {
    *("engine", "conv_algos_override", "conv_algorithm", "cudnn_convolution_algo_seeker"),
    *("scale_filler", "bias_filler", "scale_bias"),
    *("hole", "hole_h", "hole_w", "dilation_h", "dilation_w", "shape_offset"),
    *("kernel_depth", "temporal_pad", "temporal_stride"),
}


def check_fields(layer: Layer, message: str) -> None:
    """Refuse fields of a layer's message that Caffe 1.0 has not, and that may do anything."""
    p = getattr(layer.message, message)
    names = getattr(caffe_pb2, p.DESCRIPTOR.name).DESCRIPTOR.fields_by_name
    for field, value in p.ListFields():
        usual = field.message_type is None and value == field.default_value
        if field.name not in names and field.name not in _HARMLESS and not usual:
            raise CannotFold(
                f"{message}.{field.name} of layer '{layer.name}', which only forks have, may do "
                "something else to it"
            )


def _batch_norm(
    layer: Layer, shape: Sequence[int], blobs: Sequence[Doubles], setting: Setting
) -> Affine:
    """Caffe's statistics are sums, to be divided by the factor; NVIDIA's are what they are.

    Source: batch_norm_layer.cpp of BVLC/caffe and of NVIDIA/caffe, branches caffe-0.15 to 0.17.
    """
    p = layer.message.batch_norm_param
    dialect = setting.dialect_for(layer.message, "caffe", "nvidia", "nvidia-0.15")
    check_fields(layer, "batch_norm_param")
    tests = layer.message.phase == TEST
    if not (tests if dialect == "nvidia" else uses_gathered(p, tests)):
        raise CannotFold("it normalises with the statistics of the batch, not with gathered ones")
    named = dict(zip((param.name for param in layer.params), blobs, strict=True))
    mean, variance, note = named["mean"], named["variance"], ""
    if dialect == "caffe":
        factor = float(named["scale_factor"][0])
        mean, variance = (
            (0 * mean, 0 * variance) if factor == 0 else (mean / factor, variance / factor)
        )
        if factor == 0:
            note = "the scale factor is 0, as before training: mean and variance count as 0"
    eps = max(p.eps, 1e-5) if dialect == "nvidia" else p.eps
    return _normalised(mean, variance, eps, named.get("weight"), named.get("bias"), note)


def _bn(layer: Layer, shape: Sequence[int], blobs: Sequence[Doubles], setting: Setting) -> Affine:
    """SegNet's only scales in INFERENCE; PSPNet's and TSN's have statistics."""
    p = layer.message.bn_param
    scale, shift, *gathered = (blob.reshape(-1) for blob in blobs)
    if not gathered:
        if p.bn_mode != BNParameter.INFERENCE:
            raise CannotFold(
                "SegNet's BN normalises with the statistics of the batch unless bn_mode is "
                "INFERENCE"
            )
        return Affine(scale, shift)
    if layer.message.phase != TEST and not p.frozen:
        raise CannotFold("it normalises with the statistics of the batch, not with gathered ones")
    return _normalised(gathered[0], gathered[1], p.eps, scale, shift)


def _normalised(
    mean: Doubles,
    variance: Doubles,
    eps: float,
    scale: Doubles | None,
    shift: Doubles | None,
    note: str = "",
) -> Affine:
    with np.errstate(invalid="ignore", divide="ignore"):  # looked for where it is used
        factor = 1 / np.sqrt(variance + eps)
    factor = factor if scale is None else factor * scale
    offset = -mean * factor
    return Affine(factor, offset if shift is None else offset + shift, note)


def _scale(
    layer: Layer, shape: Sequence[int], blobs: Sequence[Doubles], setting: Setting
) -> Affine:
    p = layer.message.scale_param
    check_fields(layer, "scale_param")
    factor, *offset = _by_channel(blobs, shape, p.axis)
    return Affine(factor, offset[0] if offset else None)


def _bias(layer: Layer, shape: Sequence[int], blobs: Sequence[Doubles], setting: Setting) -> Affine:
    (offset,) = _by_channel(blobs, shape, layer.message.bias_param.axis)
    return Affine(np.ones(1), offset)


def _by_channel(blobs: Sequence[Doubles], shape: Sequence[int], axis: int) -> list[Doubles]:
    """Blobs that lie along a span of axes from `axis` on, if that comes to one value a channel."""
    if any(blob.ndim and (axis % len(shape) != 1 or blob.size != shape[1]) for blob in blobs):
        raise CannotFold("its values are not one for each channel (axis 1)")
    return [blob.reshape(-1) for blob in blobs]


KINDS: dict[str, Callable[[Layer, Sequence[int], Sequence[Doubles], Setting], Affine]] = {
    "BatchNorm": _batch_norm,
    "BN": _bn,
    "Scale": _scale,
    "Bias": _bias,
}
"""The types of layer that can be folded into the one before."""
