"""Parameter: its blob is its top."""

from __future__ import annotations

from one_layer import Run, close


def test_the_top_is_the_blob(run: Run) -> None:
    top, blob = run("Parameter", body="parameter_param { shape { dim: [2, 3] } }")
    close(top, blob)
