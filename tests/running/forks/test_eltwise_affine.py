"""EltwiseAffine against NumPy."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_values_are_scaled_and_shifted(run: Run, x: Any) -> None:
    close(run("EltwiseAffine", x)[0], 1.0001 * x + 0.0001)
