"""Normalize and L2Norm against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close


def test_l2_norm_divides_an_item(run: Run, x: Any) -> None:
    close(run("L2Norm", x)[0], x / np.sqrt((x**2).sum((1, 2, 3)))[:, None, None, None])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "norm_param { across_spatial: false scale_filler { value: 20 } channel_shared: false }",
            lambda x: 20 * x / np.sqrt((x**2).sum(1, keepdims=True)),
        ),
        (
            "norm_param { eps: 2 }",
            lambda x: x / np.sqrt((x**2).sum((1, 2, 3)) + 2)[:, None, None, None],
        ),
    ],
)
def test_normalize_divides_and_scales(
    run: Run, x: Any, body: str, expected: Callable[[Any], Any]
) -> None:
    close(run("Normalize", x, body=body)[0], expected(x))
