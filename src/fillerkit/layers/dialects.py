"""Which fork a net was written for, where one name means different things in several.

A layer's own text nearly always tells. What it does not (the second top of an Accuracy, say)
follows from the rest of the net. A person can say it outright, and is believed.
"""

from __future__ import annotations

from collections.abc import Iterable

from fillerkit.schema.forks_pb2 import LayerParameter

DIALECTS = {
    "3d-caffe": "3D-Caffe, video-caffe: Pooling takes any number of spatial axes",
    "brocolli": "brocolli-caffe: Pad adds rows and columns, Upsample enlarges one axis too",
    "caffe": "Caffe 1.0",
    "fpga": "fpga-caffe: Pad makes one axis longer, or shorter",
    "happynear": "caffe-windows: Normalize has no blobs, and its norms as a second top",
    "nvidia": "NVIDIA 0.16 and 0.17: BatchNorm may have five blobs, statistics first",
    "nvidia-0.15": "NVIDIA 0.15: BatchNorm has five blobs, scale and bias first",
    "pspnet": "PSPNet: BN has four blobs of 1 x C x 1 x 1",
    "segnet": "SegNet and ENet: BN has two blobs of 1 x C x 1 x 1, Upsample takes a mask",
    "ssd": "SSD: Normalize has a blob",
    "tsn": "TSN's Caffe: BN has four blobs of 1 x C",
    "yolo": "MobileNet-YOLO: Upsample enlarges by a factor",
}
"""The names of dialects that differ where it matters, with what is particular to each."""


def of_net(layers: Iterable[LayerParameter]) -> str:
    """The dialect that a net's layers tell, by the first one that does; "" if none does."""
    return next(filter(None, map(of_layer, layers)), "")


def of_layer(layer: LayerParameter) -> str:
    """The dialect that one layer's own text tells, or ""."""
    tell = _TELLS.get(layer.type)
    return tell(layer) if tell else ""


def _of_batch_norm(layer: LayerParameter) -> str:
    """NVIDIA's fields tell it; learned first blobs and unlearned later ones tell 0.15's order."""
    p = layer.batch_norm_param
    if p.HasField("scale_bias"):
        return "nvidia"
    if not (p.HasField("scale_filler") or p.HasField("bias_filler")):
        return ""
    rates = [param.lr_mult != 0 for param in layer.param]
    return "nvidia-0.15" if rates[:4] == [True, True, False, False] else "nvidia"


def _of_bn(layer: LayerParameter) -> str:
    p = layer.bn_param
    if any(p.HasField(name) for name in ("scale_filler", "shift_filler", "bn_mode")):
        return "segnet"
    if len(layer.param) > 2:
        return "pspnet"
    return "tsn" if p.HasField("slope_filler") or p.HasField("bias_filler") else ""


def _of_normalize(layer: LayerParameter) -> str:
    if layer.HasField("normalize_param") or len(layer.top) > 1:
        return "happynear"
    return "ssd" if layer.HasField("norm_param") else ""


def _of_upsample(layer: LayerParameter) -> str:
    if len(layer.bottom) > 1:
        return "segnet"
    return "brocolli" if layer.upsample_param.HasField("dims_num") else "yolo"


def _of_pad(layer: LayerParameter) -> str:
    p = layer.pad_param
    fields = ("pad_type", "pad_u", "pad_d", "pad_l", "pad_r", "pad_value")
    return "brocolli" if any(map(p.HasField, fields)) else ""


def _of_convolution(layer: LayerParameter) -> str:
    p = layer.convolution_param
    volumes = p.weight_filler.type == "bilinear_3D" or len(p.kernel_size) > 2
    return "3d-caffe" if volumes else ""


def _of_pooling(layer: LayerParameter) -> str:
    p = layer.pooling_param
    return "3d-caffe" if p.kernel_size_each or p.stride_each or p.pad_each else ""


def _of_pooling_nd(layer: LayerParameter) -> str:
    return "3d-caffe"


_TELLS = {
    "BatchNorm": _of_batch_norm,
    "Convolution": _of_convolution,
    "Deconvolution": _of_convolution,
    "Pooling": _of_pooling,
    "PoolingND": _of_pooling_nd,
    "BN": _of_bn,
    "Normalize": _of_normalize,
    "Pad": _of_pad,
    "Upsample": _of_upsample,
}
