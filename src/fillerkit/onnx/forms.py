"""Layers that are not written as they run: ONNX has a node for them, or OpenCV gets them wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.layers.batch_norm import uses_gathered
from fillerkit.layers.net_layer import Layer
from fillerkit.messages import LRNParameter, PoolingParameter
from fillerkit.running.batch_norm import by_channel, nvidias_eps
from fillerkit.running.forks.bn import SEGNET_EPS
from fillerkit.schema.forks_pb2 import BNParameter
from fillerkit.torch import LayerModule

Form = Callable[..., Tensor | tuple[Tensor, ...] | None]
"""``(LayerModule, *bottoms) -> top or tops``, or None where it is none for this layer."""


def put_in_place(layer: LayerModule) -> None:
    """Have a layer that is to be exported run in its form, if this file has one for it."""
    form = _FORMS.get(layer.layer.type)
    if form is not None:
        own = layer.forward
        layer.forward = partial(_run, form, layer, own)  # type: ignore[method-assign]


def always_has_form(layer: Layer) -> bool:
    """Whether a layer is written whether or not it can be traced."""
    return layer.type in _ALWAYS


def _run(
    form: Form, layer: LayerModule, own: Callable[..., tuple[Tensor, ...]], *bottoms: Tensor
) -> tuple[Tensor, ...]:
    made = form(layer, *bottoms)
    if made is None:
        return own(*bottoms)
    return (made,) if isinstance(made, Tensor) else made


def _batch_norm(layer: LayerModule, x: Tensor) -> Tensor | None:
    p = layer.message.batch_norm_param
    if x.ndim < 2:
        return None
    mean, variance, _, *learned = layer.blobs()
    if learned:
        scale, bias = learned
        return functional.batch_norm(x, mean, variance, scale, bias, eps=nvidias_eps(p))
    if uses_gathered(p, not layer.training):
        return functional.batch_norm(x, mean, variance, eps=p.eps)
    top, _, _ = _by_its_own(x, p.eps)
    return top


def _bn(layer: LayerModule, x: Tensor) -> tuple[Tensor, ...] | None:
    p, blobs = layer.message.bn_param, layer.blobs()
    scale, shift, *gathered = (blob.reshape(-1) for blob in blobs)
    if gathered:
        mean, variance = gathered
        top = functional.batch_norm(x, mean, variance, scale, shift, eps=p.eps)
    elif p.bn_mode == BNParameter.INFERENCE:
        return None
    else:
        top, mean, variance = _by_its_own(x, SEGNET_EPS)
        top = top * by_channel(scale, x) + by_channel(shift, x)
    further = (each.reshape(blobs[0].shape) for each in (mean, variance))
    return (top, *further)[: len(layer.message.top)]


def _by_its_own(x: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """A bottom that is normalised by its own statistics, and these."""
    mean = _of_channels(x)
    centred = x - mean
    variance = _of_channels(centred * centred)
    return centred / (variance + eps).sqrt(), mean, variance


def _of_channels(x: Tensor) -> Tensor:
    """The mean of each channel; in two steps: OpenCV 5.0 gets one over axes 0, 2 and 3 wrong."""
    of_maps = x.mean(list(range(2, x.ndim)), keepdim=True) if x.ndim > 2 else x
    return of_maps.mean(0, keepdim=True)


def _lrn(layer: LayerModule, x: Tensor) -> Tensor | None:
    p = layer.message.lrn_param
    if p.norm_region != LRNParameter.ACROSS_CHANNELS or x.ndim < 3:
        return None
    attributes: dict[str, Any] = {
        "size": p.local_size,
        "alpha": p.alpha,
        "beta": p.beta,
        "bias": p.k,
    }
    return torch.onnx.ops.symbolic("LRN", (x,), attributes, dtype=x.dtype, shape=x.shape)


def _argmax(layer: LayerModule, x: Tensor) -> Tensor | None:
    p = layer.message.argmax_param
    if not p.HasField("axis") or p.out_max_val or p.top_k != 1:
        return None
    axis = p.axis % x.ndim
    # Of equal values Caffe takes the last.
    attributes: dict[str, Any] = {"axis": axis, "keepdims": 1, "select_last_index": 1}
    shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    places = torch.onnx.ops.symbolic("ArgMax", (x,), attributes, dtype=torch.int64, shape=shape)
    return places.to(x.dtype)


def _max_and_mask(layer: LayerModule, x: Tensor) -> tuple[Tensor, ...] | None:
    if layer.message.pooling_param.pool != PoolingParameter.MAX or len(layer.message.top) != 2:
        return None
    lengths = tuple(int(length) for length in x.shape[2:])
    windows = layer.planned((1, *map(int, x.shape[1:])))
    pads = [axis.pad for axis in windows] + [max(axis.beyond, 0) for axis in windows]
    if any(pad >= axis.kernel for pad, axis in zip(pads, windows * 2, strict=True)):
        return None  # no reader pads by a whole window
    attributes: dict[str, Any] = {
        "kernel_shape": [axis.kernel for axis in windows],
        "strides": [axis.stride for axis in windows],
        "pads": pads,
    }
    shape = (*x.shape[:2], *(axis.count for axis in windows))
    top, places = torch.onnx.ops.symbolic_multi_out(
        "MaxPool", (x,), attributes, dtypes=(x.dtype, torch.int64), shapes=(shape, shape)
    )
    # Places are counted over the whole batch, Caffe's within a channel.
    return top, (places % (lengths[0] * lengths[1])).to(x.dtype)


def _roi_pooling(layer: LayerModule, x: Tensor, regions: Tensor) -> Tensor:
    shape = regions.shape[0], x.shape[1], *layer.layer.tops[0][1][2:]
    scale = layer.message.roi_pooling_param.spatial_scale
    attributes: dict[str, Any] = {"pooled_shape": list(shape[2:]), "spatial_scale": scale}
    given = x, regions.flatten(1)
    return torch.onnx.ops.symbolic("MaxRoiPool", given, attributes, dtype=x.dtype, shape=shape)


_FORMS: dict[str, Form] = {
    "ArgMax": _argmax,
    "BN": _bn,
    "BatchNorm": _batch_norm,
    "LRN": _lrn,
    "Pooling": _max_and_mask,
    "ROIPooling": _roi_pooling,
}

_ALWAYS = frozenset({"ROIPooling"})
"""Types whose form is one for every layer of them."""
