"""InnerProduct against NumPy."""

from __future__ import annotations

from typing import Any

import pytest
from one_layer import GAUSSIAN, Run, close

import fillerkit as fk


@pytest.mark.parametrize("transpose", ["true", "false"])
@pytest.mark.parametrize("axis", [1, 2, -1, 0])
def test_axes_from_axis_on_are_multiplied_by_the_weight(
    run: Run, x: Any, axis: int, transpose: str
) -> None:
    body = f"inner_product_param {{ num_output: 3 axis: {axis} transpose: {transpose} {GAUSSIAN} }}"
    found, w, b = run("InnerProduct", x, body=body)
    flat = x.reshape(*x.shape[: axis % 4], -1)
    close(found, flat @ (w if transpose == "true" else w.T) + b)


@pytest.mark.parametrize("field", ["relu: true", "normalize: true"])
def test_what_a_fork_makes_of_it_besides_is_refused(run: Run, x: Any, field: str) -> None:
    with pytest.raises(fk.UsageError, match=f"inner_product_param.{field.partition(':')[0]}"):
        run("InnerProduct", x, body=f"inner_product_param {{ num_output: 3 {field} }}")
