"""Losses of boxes, and the mining of hard examples online (OHEM)."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("SmoothL1Loss", bottoms=(2, 4), loss=True, whole={})
def smooth_l1_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Squared near 0, linear beyond (Fast R-CNN).

    Bottoms: predictions, targets and, in later forks, weights inside and outside.
    """
    return Plan(tops=[()])


@layer("SmoothL1LossOHEM", bottoms=(2, 4), tops=(1, 2), loss=True, whole={})
def smooth_l1_loss_ohem(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """SmoothL1Loss, and as a second top that of each region (R-FCN)."""
    num, _, height, width = legacy_shape(bottoms[0])
    return Plan(tops=[(), (num, 1, height, width)])


@layer("SoftmaxWithLossOHEM", bottoms=2, tops=(1, 3), loss=True)
def softmax_with_loss_ohem(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """SoftmaxWithLoss, its softmax, and the loss of each region (R-FCN)."""
    return Plan(tops=[(), *bottoms])


@layer("BoxAnnotatorOHEM", bottoms=4, tops=2)
def box_annotator_ohem(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Labels and weights of the hardest regions (R-FCN)."""
    return Plan(tops=[bottoms[2], bottoms[3]])


@layer("L1Loss", bottoms=(2, None), loss=True, whole={})
def l1_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The mean absolute difference (NVIDIA's Caffe)."""
    return Plan(tops=[()])


@layer("DiceCoefLoss", bottoms=2, loss=True)
def dice_coef_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """1 minus the Dice coefficient (segmentation forks of V-Net)."""
    return Plan(tops=[()])
