"""Layers of the forks that change values one by one, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close

NEURONS: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("HardSigmoid", "", lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
    (
        "HardSigmoid",
        "hardsigmoid_param { alpha: 0.5 beta: 0.1 }",
        lambda x: np.clip(0.5 * x + 0.1, 0, 1),
    ),
    ("HardSwish", "", lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    ("Insanity", "insanity_param { lb: 3 ub: 5 }", lambda x: np.where(x > 0, x, x / 4)),
    ("Mish", "", lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    ("ReLU6", "", lambda x: np.clip(x, 0, 6)),
    (
        "ReLU6",
        "relu6_param { threshold: 1 negative_slope: 0.5 }",
        lambda x: np.minimum(np.where(x > 0, x, 0.5 * x), 1),
    ),
    ("ReLUX", "relux_param { maximal_value: 2 }", lambda x: np.clip(x, 0, 2)),
]


@pytest.mark.parametrize(("kind", "body", "expected"), NEURONS)
def test_values_one_by_one(
    run: Run, x: Any, kind: str, body: str, expected: Callable[[Any], Any]
) -> None:
    close(run(kind, x, body=body)[0], expected(x))
