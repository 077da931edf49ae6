"""Flip against NumPy."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_maps_are_mirrored(run: Run, x: Any) -> None:
    close(run("Flip", x, body="flip_param { flip_height: true }")[0], x[:, :, ::-1, ::-1])
