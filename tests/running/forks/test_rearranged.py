"""PixelShuffle against its own rule."""

from __future__ import annotations

import numpy as np
from one_layer import Run


def test_the_channels_of_a_square_become_its_places(run: Run) -> None:
    x = np.arange(2.0 * 8 * 3 * 2).reshape(2, 8, 3, 2)
    (found,) = run("PixelShuffle", x, body="pixelshuffle_param { upscale_factor: 2 }")
    for row in range(2):
        for column in range(2):
            assert (found[:, :, row::2, column::2] == x[:, 2 * row + column :: 4]).all()
