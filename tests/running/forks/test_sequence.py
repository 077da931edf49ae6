"""Layers for sequences, against NumPy."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_an_axis_is_turned_round(run: Run, x: Any) -> None:
    close(run("Reverse", x, body="reverse_param { axis: 2 }")[0], x[:, :, ::-1])


def test_cont_is_0_at_the_first_step_only(run: Run) -> None:
    body = "continuation_indicator_param { time_step: 3 batch_size: 2 }"
    close(run("ContinuationIndicator", body=body)[0], [[0, 0], [1, 1], [1, 1]])
