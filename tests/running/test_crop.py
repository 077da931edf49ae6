"""Crop against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_layer import Run, close


@pytest.mark.parametrize(
    ("axis", "offset", "expected"),
    [
        (2, "", np.s_[:, :, :3, :4]),
        (2, "offset: 2", np.s_[:, :, 2:5, 2:6]),
        (1, "offset: [1, 0, 3]", np.s_[:, 1:3, :3, 3:7]),
        (-1, "offset: 3", np.s_[:, :, :, 3:7]),
    ],
)
def test_axes_from_axis_on_are_cut_from_the_offset_on(
    run: Run, x: Any, axis: int, offset: str, expected: Any
) -> None:
    body = f"crop_param {{ axis: {axis} {offset} }}"
    close(run("Crop", x, np.zeros((1, 2, 3, 4)), body=body)[0], x[expected])
