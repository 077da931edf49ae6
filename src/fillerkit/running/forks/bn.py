"""BN: batch normalisation with its own scale and shift, in the forks that had it before Caffe."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.running.batch_norm import by_channel, normalised, statistics
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs
from fillerkit.schema.forks_pb2 import BNParameter

SEGNET_EPS = 1e-9
"""What SegNet's adds to a variance."""


@runs("BN")
def bn(layer: LayerModule, x: Tensor) -> tuple[Tensor, ...]:
    """Normalises, scales and shifts (SegNet, PSPNet, TSN).

    With two blobs, SegNet's: with the batch's statistics in both phases, or in bn_mode INFERENCE
    only scaled and shifted; its further tops are those statistics, in INFERENCE zeros.

    With four, PSPNet's and TSN's: the batch's statistics in training unless frozen, gathered as
    ``momentum old + (1 - momentum) new``; else the gathered ones.
    """
    p = layer.message.bn_param
    scale, shift, *gathered = layer.blobs()
    mean = variance = torch.zeros_like(scale)
    if not gathered:
        if p.bn_mode != BNParameter.INFERENCE:
            mean, variance = statistics(x)
            x = normalised(x, mean, variance, SEGNET_EPS)
    else:
        mean, variance = gathered
        if layer.training and not p.frozen:
            mean, variance = statistics(x)
            with torch.no_grad():
                for old, new in zip(gathered, (mean, variance), strict=True):
                    old.copy_(p.momentum * old + (1 - p.momentum) * new.reshape(old.shape))
        x = normalised(x, mean, variance, p.eps)
    top = x * by_channel(scale, x) + by_channel(shift, x)
    further = (mean.reshape(scale.shape), variance.reshape(scale.shape))
    return (top, *further)[: len(layer.message.top)]
