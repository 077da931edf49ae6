"""BatchReduction against NumPy."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_axes_become_one_number(run: Run, x: Any) -> None:
    close(
        run(
            "BatchReduction",
            x,
            body="batch_reduction_param { reduction_param { axis: 1 operation: MEAN } }",
        )[0],
        x.mean(1),
    )
