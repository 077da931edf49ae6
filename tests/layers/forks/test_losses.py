"""FocalLoss and TripletLoss, as py-RFCN-priv and happynear have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Make = Callable[..., Any]


def test_focal_loss_makes_a_loss_and_the_softmax(made: Make) -> None:
    body = "loss_weight: 1 loss_weight: 0 focal_loss_param { type: LINEAR gamma: 2 alpha: 0.25 }"
    assert made("FocalLoss", (4, 21), (4,), body=body, tops=2).tops == [(), (4, 21)]


def test_triplet_loss_takes_triplets_or_labelled_features(made: Make) -> None:
    body = "triplet_loss_param { margin: 0.2 }"
    assert made("TripletLoss", (4, 8), (4, 8), (4, 8), body=body) == ([()], [])
    assert made("TripletLoss", (4, 8), (4,)).tops == [()]
