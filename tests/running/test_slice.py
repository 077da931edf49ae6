"""Slice against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_the_bottom_is_cut_evenly_or_at_the_points(run: Run, x: Any) -> None:
    close(run("Slice", x, tops=3), np.split(x, 3, 1))
    found = run("Slice", x, body="slice_param { axis: 3 slice_point: [1, 5] }", tops=3)
    for part, expected in zip(found, np.split(x, [1, 5], 3), strict=True):
        close(part, expected)
