"""LSTMUnit against its formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def test_one_step_is_the_formula_of_an_lstm(run: Run, rng: np.random.Generator) -> None:
    c, gates, on = rng.normal(size=(1, 3, 2)), rng.normal(size=(1, 3, 8)), np.array([[1, 0, 1]])
    cell, hidden = run("LSTMUnit", c, gates, on, tops=2)
    i, f, o, g = np.split(gates, 4, 2)
    expected = on[..., None] * sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    np.testing.assert_allclose(cell, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(hidden, sigmoid(o) * np.tanh(expected), rtol=1e-4, atol=1e-6)


def test_no_gradient_goes_to_cont(build: Callable[..., Any]) -> None:
    shapes = (1, 1, 2), (1, 1, 8), (1, 1)
    cell, gates, cont = (torch.ones(shape, requires_grad=True) for shape in shapes)
    net = build("LSTMUnit", *shapes, tops=2)
    net(b0=cell, b1=gates, b2=cont)["t0"].sum().backward()
    assert cell.grad is not None
    assert gates.grad is not None
    assert cont.grad is None
