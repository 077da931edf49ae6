"""Unsqueeze, as brocolli-caffe has it."""

from __future__ import annotations

from typing import Any

from one_layer import Run


def test_values_stay_as_they_are(run: Run, x: Any) -> None:
    (found,) = run("Unsqueeze", x, body="unsqueeze_param { dim: -2 }")
    assert found.tolist() == x[..., None, :].astype(found.dtype).tolist()
