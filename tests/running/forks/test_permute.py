"""Permute and Transpose against NumPy."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_axes_that_order_leaves_out_follow(run: Run, x: Any) -> None:
    close(run("Permute", x, body="permute_param { order: [0, 2] }")[0], x.transpose(0, 2, 1, 3))


def test_transpose_puts_axes_in_the_order_of_dim(run: Run, x: Any) -> None:
    close(
        run("Transpose", x, body="transpose_param { dim: [3, 0, 2, 1] }")[0],
        x.transpose(3, 0, 2, 1),
    )
