"""MVN against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("variance", [True, False])
def test_the_mean_is_taken_away_and_the_deviation_divided_by(
    run: Run, x: Any, across: bool, variance: bool
) -> None:
    body = (
        f"mvn_param {{ across_channels: {str(across).lower()} eps: 0.5 "
        f"normalize_variance: {str(variance).lower()} }}"
    )
    axes = (1, 2, 3) if across else (2, 3)
    expected = x - x.mean(axes, keepdims=True)
    if variance:
        expected = expected / (x.std(axes, keepdims=True) + 0.5)
    close(run("MVN", x, body=body)[0], expected)


def test_its_top_has_four_axes(run: Run) -> None:
    assert run("MVN", [[1, 2, 3]], body="mvn_param { across_channels: true }")[0].shape == (
        1,
        3,
        1,
        1,
    )


def test_the_gradient_takes_no_notice_that_eps_is_outside_of_the_root(
    build: Callable[..., Any],
) -> None:
    x = torch.tensor([[[[1.0, 2], [4, 0]]]], requires_grad=True)
    top = build("MVN", (1, 1, 2, 2), body="mvn_param { eps: 0.1 }")(x)["t0"]
    top.backward(torch.tensor([[[[1.0, 0], [2, 0]]]]))
    wanted = [0.33692, -0.53451, 0.25584, -0.05826]  # from real Caffe 1.0
    np.testing.assert_allclose(x.grad.ravel(), wanted, atol=1e-5)


def test_a_constant_channel_has_a_gradient_without_nan(build: Callable[..., Any]) -> None:
    x = torch.ones(1, 1, 2, 2, requires_grad=True)
    build("MVN", (1, 1, 2, 2), body="mvn_param { eps: 0.5 }")(x)["t0"][0, 0, 0, 0].backward()
    np.testing.assert_allclose(x.grad.ravel(), [1.5, -0.5, -0.5, -0.5])
