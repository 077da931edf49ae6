"""Normalize and L2Norm against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close, one_layer

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
import fillerkit.torch  # noqa: E402


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


@pytest.mark.parametrize(
    ("body", "norms"),
    [
        ("", lambda x: np.sqrt((x**2).sum(1, keepdims=True))),
        (
            'normalize_param { normalize_type: "L1" }',
            lambda x: np.abs(x).sum(1, keepdims=True),
        ),
    ],
)
def test_happynear_normalize_divides_places_and_gives_their_norms(
    run: Run, x: Any, body: str, norms: Callable[[Any], Any]
) -> None:
    values, found = run("Normalize", x, body=body, tops=2)
    close(values, x / norms(x))
    close(found, norms(x))


@pytest.mark.parametrize(("body", "flows"), [("", False), ("bp_norm: true", True)])
def test_gradients_flow_through_the_norms_of_happynear_with_bp_norm(body: str, flows: bool) -> None:
    net = fk.load_net(one_layer("Normalize", (2, 3), body=f"normalize_param {{ {body} }}", tops=2))
    x = torch.ones(2, 3, requires_grad=True)
    outputs = fillerkit.torch.module(net, net.fill(1))(x)
    assert outputs["t0"].shape == (2, 3, 1, 1)
    (outputs["t0"].sum() + outputs["t1"].sum()).backward()
    assert x.grad is not None
    assert bool(x.grad.abs().max() > 1e-3) == flows


@pytest.mark.parametrize("body", ['normalize_type: "L3"', "fix_gradient: true"])
def test_what_happynear_normalizes_otherwise_is_refused(run: Run, x: Any, body: str) -> None:
    with pytest.raises(fk.UsageError, match=body.partition(":")[0]):
        run("Normalize", x, body=f"normalize_param {{ {body} }}", tops=2)
