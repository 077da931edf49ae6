"""Eltwise against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")


def test_bottoms_are_added_multiplied_or_compared(run: Run, rng: np.random.Generator) -> None:
    a, b, c = rng.normal(size=(3, 2, 4))
    body = "eltwise_param { operation: %s }"
    close(run("Eltwise", a, b, c)[0], a + b + c)
    close(run("Eltwise", a, b, body="eltwise_param { coeff: [2, -1] }")[0], 2 * a - b)
    close(run("Eltwise", a, b, c, body=body % "PROD")[0], a * b * c)
    close(run("Eltwise", a, b, c, body=body % "MAX")[0], np.maximum(np.maximum(a, b), c))


def test_one_of_equal_maxima_gets_the_gradient(build: Callable[..., Any]) -> None:
    net = build("Eltwise", (2,), (2,), (2,), body="eltwise_param { operation: MAX }")
    bottoms = [
        torch.tensor(values, requires_grad=True) for values in ([3.0, 0], [3.0, 0], [3, 1.0])
    ]
    net({f"b{i}": bottom for i, bottom in enumerate(bottoms)})["t0"].sum().backward()
    assert [bottom.grad.tolist() for bottom in bottoms] == [[0, 0], [1, 0], [0, 1]]


def test_a_products_gradient_divides_by_the_bottom_where_the_net_says_so(
    build: Callable[..., Any],
) -> None:
    body = "eltwise_param { operation: PROD stable_prod_grad: false }"
    a = torch.tensor([0.0, 1, 2], requires_grad=True)
    b = torch.tensor([3.0, 0, 4], requires_grad=True)
    build("Eltwise", (3,), (3,), body=body)(b0=a, b1=b)["t0"].sum().backward()
    # From real Caffe 1.0.
    np.testing.assert_array_equal(a.grad, [np.nan, 0, 4])
    np.testing.assert_array_equal(b.grad, [0, np.nan, 2])
