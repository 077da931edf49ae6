"""LSTMUnit against its formula."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def test_one_step_is_the_formula_of_an_lstm(run: Run, rng: np.random.Generator) -> None:
    c, gates, on = rng.normal(size=(1, 3, 2)), rng.normal(size=(1, 3, 8)), np.array([[1, 0, 1]])
    cell, hidden = run("LSTMUnit", c, gates, on, tops=2)
    i, f, o, g = np.split(gates, 4, 2)
    expected = on[..., None] * sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    np.testing.assert_allclose(cell, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(hidden, sigmoid(o) * np.tanh(expected), rtol=1e-4, atol=1e-6)
