"""Losses of boxes."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("SmoothL1Loss")
def smooth_l1_loss(layer: LayerModule, x: Tensor, target: Tensor, *weights: Tensor) -> Tensor:
    """Squared near 0, linear beyond, over the batch (Fast R-CNN).

    0.5 (sigma d)^2 where |d| < 1 / sigma^2, else |d| - 0.5 / sigma^2. A third bottom weighs the
    difference d, a fourth the loss.
    """
    square = layer.message.smooth_l1_loss_param.sigma**2
    apart = x - target.reshape(x.shape)
    if weights:
        apart = apart * weights[0].reshape(x.shape)
    size = apart.abs()
    each = torch.where(size < 1 / square, 0.5 * square * size.square(), size - 0.5 / square)
    if len(weights) > 1:
        each = each * weights[1].reshape(x.shape)
    return each.sum() / x.shape[0]


def _of_flownet(layer: Layer) -> str:
    return "its third bottom" if len(layer.bottoms) > 2 else ""


@runs(
    "L1Loss",
    without=tuple(
        f"l1_loss_param.{name}"
        for name in (
            "l2_per_location",
            "l2_prescale_by_channels",
            "normalize_by_num_entries",
            "epsilon",
            "plateau",
        )
    ),
    refuse=_of_flownet,
)
def l1_loss(layer: LayerModule, first: Tensor, second: Tensor) -> Tensor:
    """The sum of absolute differences, over the batch (NVIDIA's Caffe)."""
    return (first - second.reshape(first.shape)).abs().sum() / first.shape[0]
