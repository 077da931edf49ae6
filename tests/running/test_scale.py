"""Scale and Bias against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_layer import Run, close


@pytest.mark.parametrize(
    ("axis", "num_axes", "shape"),
    [(1, 1, (6, 1, 1)), (1, 2, (6, 5, 1)), (0, -1, (2, 6, 5, 7)), (-2, 2, (5, 7)), (2, 0, ())],
)
def test_scale_and_bias_span_axes(
    run: Run, x: Any, axis: int, num_axes: int, shape: tuple[int, ...]
) -> None:
    which = f"axis: {axis} num_axes: {num_axes}"
    filler = 'filler { type: "gaussian" }'
    body = f"scale_param {{ {which} {filler} bias_term: true bias_filler {{ value: 3 }} }}"
    found, w, b = run("Scale", x, body=body)
    close(found, x * w.reshape(shape) + b.reshape(shape))
    found, b = run("Bias", x, body=f"bias_param {{ {which} {filler} }}")
    close(found, x + b.reshape(shape))


@pytest.mark.parametrize(("axis", "shape"), [(0, (2, 6)), (1, (6, 5)), (3, (7,)), (1, ())])
def test_scale_and_bias_by_a_second_bottom(
    run: Run, rng: np.random.Generator, x: Any, axis: int, shape: tuple[int, ...]
) -> None:
    second = rng.normal(size=shape)
    spread = second.reshape(*shape, *(1,) * (4 - axis - len(shape))) if shape else second
    body = f"scale_param {{ axis: {axis} bias_term: true bias_filler {{ value: 3 }} }}"
    close(run("Scale", x, second, body=body)[0], x * spread + 3)
    close(run("Bias", x, second, body=f"bias_param {{ axis: {axis} }}")[0], x + spread)
