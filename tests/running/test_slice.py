"""Slice against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close


def test_the_bottom_is_cut_evenly_or_at_the_points(run: Run, x: Any) -> None:
    close(run("Slice", x, tops=3), np.split(x, 3, 1))
    found = run("Slice", x, body="slice_param { axis: 3 slice_point: [1, 5] }", tops=3)
    for part, expected in zip(found, np.split(x, [1, 5], 3), strict=True):
        close(part, expected)


def test_a_batch_that_cannot_be_cut_evenly_is_refused(build: Callable[..., Any]) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    cut = build("Slice", (4, 1), body="slice_param { axis: 0 }", tops=2)
    with pytest.raises(ValueError, match="an axis of 3 cannot be cut into 2 equal parts"):
        cut(torch.ones(3, 1))
