"""Im2dist and DistLoss, as aharley/segaware has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_a_channel_for_each_place_of_the_kernel(made: Make) -> None:
    body = "convolution_param { kernel_size: 3 pad: 2 dilation: 2 } im2dist_param { norm: L1 }"
    assert made("Im2dist", (2, 64, 12, 10), body=body) == ([(2, 9, 12, 10)], [])
    body = "convolution_param { kernel_h: 3 kernel_w: 5 stride: 2 }"
    assert made("Im2dist", (2, 64, 12, 10), body=body).tops == [(2, 15, 5, 3)]


def test_the_loss_takes_distances_and_labels(made: Make) -> None:
    body = "convolution_param { kernel_size: 3 } dist_loss_param { alpha: 0.5 beta: 2 }"
    assert made("DistLoss", (2, 9, 12, 10), (2, 9, 12, 10), body=body) == ([()], [])
    with pytest.raises(fk.LayerError, match="the same first axis"):
        made("DistLoss", (2, 9, 12, 10), (3, 9, 12, 10), body=body)
