"""Layers that move, mix or scale channels, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_channels_of_groups_are_mixed(run: Run, x: Any) -> None:
    close(
        run("ShuffleChannel", x, body="shuffle_channel_param { group: 2 }")[0], x[:, [0, 2, 1, 3]]
    )


def test_axpy_multiplies_and_adds(run: Run, rng: np.random.Generator, x: Any) -> None:
    scale, y = rng.normal(size=(2, 4, 1, 1)), rng.normal(size=x.shape)
    close(run("Axpy", scale, x, y)[0], scale * x + y)


def test_channel_scale_has_a_number_for_each_place(
    run: Run, rng: np.random.Generator, x: Any
) -> None:
    scale = rng.normal(size=(2, 1, 6, 8))
    close(run("ChannelScale", x, scale)[0], x * scale)
