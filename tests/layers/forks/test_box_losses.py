"""Losses of boxes, and the mining of hard examples: shapes as the forks named have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]
BOXES, SCORES, LABELS = (128, 84), (128, 21), (128,)
MAPS = (2, 8, 7, 7)


@pytest.mark.parametrize("bottoms", [2, 3, 4])
def test_fast_rcnn_has_a_smooth_l1_loss_of_two_to_four_bottoms(made: Make, bottoms: int) -> None:
    assert made("SmoothL1Loss", *[BOXES] * bottoms).tops == [()]


def test_rfcn_mines_hard_examples_by_the_loss_of_each_region(made: Make) -> None:
    weights = "loss_weight: 1 loss_weight: 0 "
    found = made("SmoothL1LossOHEM", *[BOXES] * 4, body=weights, tops=2)
    assert found.tops == [(), (128, 1, 1, 1)]
    found = made("SoftmaxWithLossOHEM", SCORES, LABELS, body=f"{weights}loss_weight: 0", tops=3)
    assert found.tops == [(), SCORES, LABELS]
    regions = (128, 5, 1, 1)
    found = made("BoxAnnotatorOHEM", regions, LABELS, LABELS, BOXES, tops=2)
    assert found.tops == [LABELS, BOXES]


def test_nvidias_l1_and_vnets_dice_loss_are_single_values(made: Make) -> None:
    assert made("L1Loss", MAPS, MAPS).tops == [()]
    assert made("DiceCoefLoss", MAPS, MAPS).tops == [()]
