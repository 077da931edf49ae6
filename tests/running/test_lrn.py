"""LRN against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_layer import Run, close


@pytest.mark.parametrize("size", [1, 3, 5, 7])
def test_values_are_divided_by_their_neighbours_across_channels(
    run: Run, x: Any, size: int
) -> None:
    body = f"lrn_param {{ local_size: {size} alpha: 0.3 beta: 0.6 k: 2 }}"
    expected = np.empty_like(x)
    for c in range(6):
        around = x[:, max(c - size // 2, 0) : c + size // 2 + 1]
        expected[:, c] = x[:, c] / (2 + 0.3 / size * (around**2).sum(1)) ** 0.6
    close(run("LRN", x, body=body)[0], expected)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_lrn_within_a_channel_has_no_k(run: Run, x: Any, size: int) -> None:
    body = (
        f"lrn_param {{ local_size: {size} alpha: 0.3 beta: 0.6 k: 2 norm_region: WITHIN_CHANNEL }}"
    )
    expected, half = np.empty_like(x), size // 2
    for i, j in np.ndindex(5, 7):
        around = x[:, :, max(i - half, 0) : i + half + 1, max(j - half, 0) : j + half + 1]
        total = (around**2).sum((2, 3))
        expected[:, :, i, j] = x[:, :, i, j] / (1 + 0.3 / size**2 * total) ** 0.6
    close(run("LRN", x, body=body)[0], expected)
