"""Losses of boxes against NumPy."""

from __future__ import annotations

import numpy as np
from one_layer import Run, close


def test_l1_is_linear_and_smooth_l1_squared_near_0(run: Run, rng: np.random.Generator) -> None:
    a, b, inside, outside = rng.normal(size=(4, 3, 5))
    close(run("L1Loss", a, b)[0], np.abs(a - b).sum() / 3)
    d = np.abs(inside * (a - b))
    each = np.where(d < 0.25, 2 * d**2, d - 0.125)
    body = "smooth_l1_loss_param { sigma: 2 }"
    close(run("SmoothL1Loss", a, b, inside, outside, body=body)[0], (outside * each).sum() / 3)
