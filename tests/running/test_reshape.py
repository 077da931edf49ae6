"""Reshape against NumPy."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_axes_get_new_lengths(run: Run, x: Any) -> None:
    close(
        run("Reshape", x, body="reshape_param { axis: 1 num_axes: 2 shape { dim: [0, -1, 1] } }")[
            0
        ],
        x.reshape(2, 6, 5, 1, 7),
    )
