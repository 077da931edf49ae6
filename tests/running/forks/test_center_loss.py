"""CenterLoss against NumPy."""

from __future__ import annotations

import numpy as np
from one_layer import Run, close


def test_center_loss_is_half_the_mean_squared_distance_to_the_center(
    run: Run, rng: np.random.Generator
) -> None:
    x, labels = rng.normal(size=(3, 4)), np.array([1, 0, 1])
    body = 'center_loss_param { num_output: 2 center_filler { type: "gaussian" } }'
    found, centers = run("CenterLoss", x, labels, body=body)
    close(found, ((x - centers[labels]) ** 2).sum() / 6)
