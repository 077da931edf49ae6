"""Interp against NumPy."""

from __future__ import annotations

import numpy as np
from one_layer import Run, close


def test_interp_keeps_corners_on_corners(run: Run) -> None:
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    (found,) = run("Interp", x, body="interp_param { zoom_factor: 3 }")
    rows, columns = np.linspace(0, 8, 7), np.linspace(0, 3, 10)
    close(found[0, 0], rows[:, None] + columns)
    (found,) = run("Interp", x, body="interp_param { height: 3 width: 3 pad_end: -1 pad_beg: 0 }")
    close(found[0, 0], np.array([[0, 1, 2], [2, 3, 4], [4, 5, 6]]))
