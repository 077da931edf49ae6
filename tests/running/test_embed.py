"""Embed against NumPy."""

from __future__ import annotations

from one_layer import GAUSSIAN, Run, close


def test_each_number_gets_its_row_of_the_weight(run: Run) -> None:
    body = f"embed_param {{ input_dim: 5 num_output: 3 {GAUSSIAN} }}"
    found, w, b = run("Embed", [[0, 4], [2, 2]], body=body)
    close(found, w[[[0, 4], [2, 2]]] + b)
