"""MVN against NumPy."""

from __future__ import annotations

from typing import Any

import pytest
from one_layer import Run, close


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
