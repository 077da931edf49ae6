"""Reorg against Darknet."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_reorg_is_darknets(run: Run, x: Any) -> None:
    """Darknet's loop, over the bottom's places, between flat arrays."""
    (n, c, h, w), s = x.shape, 2
    expected, fewer = np.empty(x.size, np.float32), c // s**2
    flat = x.reshape(-1)
    for b, k, i, j in np.ndindex(n, c, h, w):
        place = k // fewer
        row, column = i * s + place // s, j * s + place % s
        source = column + w * s * (row + h * s * (k % fewer + fewer * b))
        expected[j + w * (i + h * (k + c * b))] = flat[source]
    (found,) = run("Reorg", x, body="reorg_param { stride: 2 }")
    close(found, expected.reshape(2, 16, 3, 4))
    (back,) = run("Reorg", x, body="reorg_param { stride: 2 reverse: true }")
    assert back.shape == (2, 1, 12, 16)
