"""Reduction against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("reduction_param { axis: 2 coeff: 2 }", lambda x: 2 * x.sum((2, 3))),
        ("reduction_param { operation: ASUM }", lambda x: np.abs(x).sum()),
        ("reduction_param { operation: SUMSQ axis: 1 }", lambda x: (x**2).sum((1, 2, 3))),
        ("reduction_param { operation: MEAN axis: -1 }", lambda x: x.mean(3)),
    ],
)
def test_axes_become_one_number(
    run: Run, x: Any, body: str, expected: Callable[[Any], Any]
) -> None:
    close(run("Reduction", x, body=body)[0], expected(x))
