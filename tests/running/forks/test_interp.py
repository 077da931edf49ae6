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


def test_interp_makes_the_size_of_another_blob(run: Run) -> None:
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    body = "interp_param { use_blob_size: true }"
    (found,) = run("Interp", x, np.zeros((1, 5, 5, 7)), body=body)
    close(found[0, 0], np.linspace(0, 8, 5)[:, None] + np.linspace(0, 3, 7))


def test_bilinear_interpolate_keeps_corners_or_not(run: Run) -> None:
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    of = "bilinear_interpolate_param { dst_h: 5 %s }"
    (found,) = run("BilinearInterpolate", x, body=of % "dst_w: 7")
    close(found[0, 0], np.linspace(0, 8, 5)[:, None] + np.linspace(0, 3, 7))
    (found,) = run("BilinearInterpolate", x, body=of % "align_corners: false")
    rows = np.clip((np.arange(5) + 0.5) * 3 / 5 - 0.5, 0, 2)
    close(found[0, 0], 4 * rows[:, None] + np.arange(4))
