"""Flatten against NumPy."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_axes_become_one(run: Run, x: Any) -> None:
    close(run("Flatten", x, body="flatten_param { axis: 1 end_axis: -2 }")[0], x.reshape(2, 30, 7))
