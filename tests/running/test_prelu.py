"""PReLU against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", lambda x: np.where(x > 0, x, 0.25 * x)),
        ("prelu_param { channel_shared: true }", lambda x: np.where(x > 0, x, 0.25 * x)),
    ],
)
def test_values_below_0_are_multiplied(
    run: Run, x: Any, body: str, expected: Callable[[Any], Any]
) -> None:
    close(run("PReLU", x, body=body)[0], expected(x))
