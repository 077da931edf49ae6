"""Losses that are not over a softmax."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.mvn import root
from fillerkit.running.registry import runs
from fillerkit.running.softmax import mode_of, normalizer, of_label
from fillerkit.schema.forks_pb2 import HingeLossParameter, LossParameter

_LOG_THRESHOLD = 1e-20
_NEAR = 1e-4
"""What is added to a distance where a gradient divides by it."""


@runs("ContrastiveLoss")
def contrastive_loss(layer: LayerModule, first: Tensor, second: Tensor, similar: Tensor) -> Tensor:
    """Half the mean of d^2 for like pairs, of max(margin - d, 0)^2 for others.

    With legacy_version of max(margin - d^2, 0). As in Caffe the gradient of d divides by
    d + 0.0001, and labels beyond the last pair count for nothing.
    """
    p = layer.message.contrastive_loss_param
    square = (first - second).flatten(1).square().sum(1)
    if p.legacy_version:
        apart = functional.relu(p.margin - square)
    else:
        apart = functional.relu(p.margin + _NEAR - root(square, _NEAR)).square()
    if similar.numel() < first.shape[0]:
        raise ValueError(f"there are {similar.numel()} labels for {first.shape[0]} pairs")
    like = similar.reshape(-1)[: first.shape[0]].long() != 0
    return torch.where(like, square, apart).sum() / first.shape[0] / 2


@runs("EuclideanLoss")
def euclidean_loss(layer: LayerModule, first: Tensor, second: Tensor) -> Tensor:
    """Half the sum of squared differences, over the batch."""
    return (first - second.reshape(first.shape)).square().sum() / first.shape[0] / 2


@runs("HingeLoss")
def hinge_loss(layer: LayerModule, scores: Tensor, labels: Tensor) -> Tensor:
    """One against all with a margin of 1, or its squares, over the batch.

    max(0, 1 - x) of the label's score, max(0, 1 + x) of the others.
    """
    flat = scores.flatten(1) if scores.ndim > 1 else scores[:, None]
    wanted = labels.reshape(-1)[: flat.shape[0]].long()
    sign = 1 - 2 * functional.one_hot(wanted, flat.shape[1]).to(flat.dtype)
    margins = functional.relu(1 + sign * flat)
    if layer.message.hinge_loss_param.norm == HingeLossParameter.L2:
        margins = margins.square()
    return margins.sum() / scores.shape[0]


@runs("MultinomialLogisticLoss")
def multinomial_logistic_loss(layer: LayerModule, shares: Tensor, labels: Tensor) -> Tensor:
    """-sum log p(label), over the batch; p is at least 1e-20, in the gradient too."""
    flat = shares.flatten(1) if shares.ndim > 1 else shares[:, None]
    chosen = of_label(flat, labels.reshape(-1).long())
    held = chosen.detach().clamp(min=_LOG_THRESHOLD) + (chosen - chosen.detach())
    return held.log().sum() / -shares.shape[0]


@runs("SigmoidCrossEntropyLoss")
def sigmoid_cross_entropy_loss(layer: LayerModule, scores: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy of the sigmoid, over the batch unless loss_param says otherwise.

    A target whose whole part is ignore_label is left out.
    """
    p = layer.message.loss_param
    targets = targets.reshape(scores.shape)
    each = functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    kept = torch.ones_like(each, dtype=torch.bool)
    if p.HasField("ignore_label"):
        kept = targets.int() != p.ignore_label
    mode = mode_of(p, LossParameter.BATCH_SIZE)
    valid = kept.sum(dtype=scores.dtype)
    fixed = p.pre_fixed_normalizer
    divisor = normalizer(mode, prod(scores.shape), valid, scores.shape[0], fixed)
    total: Tensor = torch.where(kept, each, 0).sum() / divisor
    return total
