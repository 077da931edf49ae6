"""Pad of brocolli-caffe against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_layer import Run, one_layer

import fillerkit as fk

SIDES = ((0, 0), (0, 0), (1, 2), (2, 0))


@pytest.mark.parametrize(
    ("kind", "mode", "more"),
    [("CONSTANT", "constant", {"constant_values": 3}), ("REPLICATE", "edge", {}),
     ("REFLECT", "reflect", {})],
)  # fmt: skip
def test_rows_and_columns_are_added(
    run: Run, x: Any, kind: str, mode: Any, more: dict[str, Any]
) -> None:
    body = f"pad_param {{ pad_type: {kind} pad_u: 1 pad_d: 2 pad_l: 2 pad_value: 3 }}"
    (found,) = run("Pad", x, body=body)
    assert found.tolist() == np.pad(x, SIDES, mode, **more).astype(found.dtype).tolist()


def test_below_0_they_are_cut_off(run: Run, x: Any) -> None:
    body = "pad_param { pad_u: -1 pad_d: -1 pad_l: -1 pad_r: -2 pad_type: REFLECT }"
    (found,) = run("Pad", x, body=body)
    assert found.tolist() == x[:, :, 1:-1, 1:-2].astype(found.dtype).tolist()


@pytest.mark.parametrize(
    ("body", "why"),
    [("pad_u: 1 pad_l: -1", "does not do right"), ("axis: 1 pad_to: 8", "only brocolli-caffe's")],
)
def test_what_does_not_run_says_why(body: str, why: str) -> None:
    net = fk.load_net(one_layer("Pad", (2, 4, 5, 6), body=f"pad_param {{ {body} }}"))
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.torch import module

    with pytest.raises(fk.UsageError, match=why):
        module(net, net.fill(seed=1))
