"""Softmax, the losses that are built on it, and how losses over classes are divided."""

from __future__ import annotations

from math import log, prod
from typing import Any

import torch
from google.protobuf.message import DecodeError
from torch import Tensor
from torch.nn import functional

from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Shape
from fillerkit.regular_file import open_regular
from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.registry import Tops, runs
from fillerkit.schema.forks_pb2 import BlobProto, LossParameter

_FLT_MIN = 1.17549435e-38
_LOG_THRESHOLD = 1e-20
OF_FORKS = (
    "loss_param.label_smoothing",
    "loss_param.class_weight_source",
    "softmax_param.hard_ratio",
    "softmax_param.class_weight",
    "softmax_param.hard_mining_label",
    "softmax_param.cutting_point",
    "softmax_param.normalize_type",
    "softmax_param.label_smooth_factor",
)


@runs("Softmax")
def softmax(layer: LayerModule, x: Tensor) -> Tensor:
    """exp(x) / sum(exp(x)) over one axis."""
    return functional.softmax(x, layer.message.softmax_param.axis)


@runs("SoftmaxWithLoss", without=OF_FORKS)
def softmax_with_loss(layer: LayerModule, scores: Tensor, labels: Tensor) -> Tops:
    """-sum log p(label), the labels of ignore_label left out, over the normalizer.

    p is at least the smallest normal float, in the value but not in the gradient. The second top
    is the softmax. With SegNet's weight_by_label_freqs each place counts as much as its label's
    class_weighting says, or, where that is not given, one over how often the label is there.
    """
    axis, p = layer.message.softmax_param.axis, layer.message.loss_param
    logs, wanted = rows(functional.log_softmax(scores, axis), labels, axis)
    kept = _kept(p, wanted)
    chosen = of_label(logs, torch.where(kept, wanted, 0))
    counted = kept * _weights(p, wanted, kept, logs) if p.weight_by_label_freqs else kept
    total = 0 - (_at_least(chosen, log(_FLT_MIN)) * counted).sum()  # never -0
    loss = total / _divisor(p, kept, scores, axis)
    return (loss, functional.softmax(scores, axis)) if len(layer.message.top) > 1 else loss


def _weights(p: LossParameter, labels: Tensor, kept: Tensor, logs: Tensor) -> Tensor:
    """What each place counts in SegNet."""
    of_class = torch.tensor(list(p.class_weighting)).to(logs)
    if not len(of_class):
        # Not by bincount, which the older exporter to ONNX has no operator for.
        classes = torch.arange(logs.shape[1], device=labels.device)
        of_class = 1 / ((labels[:, None] == classes) & kept[:, None]).sum(0).to(logs)
    return of_class[torch.where(kept, labels, 0)].where(kept, 0)


def _no_matrix(layer: Layer) -> str:
    source = layer.message.infogain_loss_param.source
    if len(layer.bottoms) > 2 or _matrix(source) is not None:
        return ""
    return f"its matrix, '{source}', is not there or no BlobProto"


def _of_file(layer: LayerModule, shape: Shape) -> Tensor | None:
    """The matrix that source names, unless a bottom is the matrix."""
    message = layer.message
    return _matrix(message.infogain_loss_param.source) if len(message.bottom) < 3 else None


@runs("InfogainLoss", refuse=_no_matrix, plan=_of_file)
def infogain_loss(layer: LayerModule, scores: Tensor, labels: Tensor, *matrix: Tensor) -> Tops:
    """-sum over all classes H(label, class) log p(class), over the normalizer.

    H is bottom 2, or the file's that source names. p is at least 1e-20, in the value but not in
    the gradient. The second top is the softmax.
    """
    axis, p = layer.message.infogain_loss_param.axis, layer.message.loss_param
    logs, wanted = rows(functional.log_softmax(scores, axis), labels, axis)
    kept = _kept(p, wanted)
    confusion = matrix[0] if matrix else layer.planned(shape_of(scores))
    assert confusion is not None
    confusion = confusion.to(scores).reshape(logs.shape[1], logs.shape[1])
    weights = confusion[torch.where(kept, wanted, 0)]
    total = 0 - ((weights * _at_least(logs, log(_LOG_THRESHOLD))).sum(1) * kept).sum()
    loss = total / _divisor(p, kept, scores, axis)
    return (loss, functional.softmax(scores, axis)) if len(layer.message.top) > 1 else loss


def of_label(scores: Tensor, wanted: Tensor) -> Tensor:
    """Each row's score of its label."""
    try:
        return scores.gather(1, wanted[:, None])[:, 0]
    except RuntimeError:
        classes = scores.shape[1]
        odd = wanted[(wanted < 0) | (wanted >= classes)]
        if not len(odd):
            raise
        raise ValueError(
            f"a label is {int(odd[0])}; for {classes} classes they are 0 to {classes - 1}"
        ) from None


def rows(scores: Tensor, labels: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Places x classes, and a label for each place."""
    return scores.movedim(axis, -1).reshape(-1, scores.shape[axis]), labels.reshape(-1).long()


def normalizer(mode: int, every: int, valid: Tensor | int, batch: int, fixed: float = 1.0) -> Any:
    """What a loss is divided by: all places, those that count, the batch, or 1; 1 at least."""
    divisors: dict[int, Any] = {
        LossParameter.FULL: every,
        LossParameter.VALID: valid,
        LossParameter.BATCH_SIZE: batch,
        LossParameter.NONE: 1,
        LossParameter.PRE_FIXED: fixed,
    }
    found = divisors[mode]
    return found.clamp(min=1) if isinstance(found, Tensor) else max(found, 1.0)


def mode_of(p: LossParameter, default: int) -> int:
    """The normalization, which goes before normalize, its old form."""
    if p.HasField("normalization"):
        return p.normalization
    if p.HasField("normalize"):
        return LossParameter.VALID if p.normalize else LossParameter.BATCH_SIZE
    return default


def _kept(p: LossParameter, labels: Tensor) -> Tensor:
    if not p.HasField("ignore_label"):
        return torch.ones_like(labels, dtype=torch.bool)
    return labels != p.ignore_label


def _divisor(p: LossParameter, kept: Tensor, scores: Tensor, axis: int) -> Any:
    """VALID unless given otherwise; the batch is all that stands before the axis of classes."""
    batch = prod(scores.shape[: axis % scores.ndim])
    mode = mode_of(p, LossParameter.VALID)
    valid = kept.sum(dtype=scores.dtype)  # OpenCV 5.0 bounds no whole numbers
    return normalizer(mode, kept.numel(), valid, batch, p.pre_fixed_normalizer)


def _at_least(x: Tensor, least: float) -> Tensor:
    """`x` held above a bound, with the gradient that it has without."""
    held = x.clone()
    with torch.no_grad():  # the copy's gradient does not know of it
        held.clamp_(min=least)
    return held


def _matrix(source: str) -> Tensor | None:
    """The blob of a file in Caffe's binary form, or None."""
    try:
        with open_regular(source) as file:
            blob = BlobProto.FromString(file.read())
    except (OSError, DecodeError):
        return None
    return torch.tensor(list(blob.double_data or blob.data)) if blob.ByteSize() else None
