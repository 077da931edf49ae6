"""Concat against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_bottoms_are_put_together_along_an_axis(run: Run, x: Any) -> None:
    for body in ("concat_param { axis: -2 }", "concat_param { concat_dim: 2 }"):
        close(run("Concat", x, x + 1, body=body)[0], np.concatenate([x, x + 1], 2))
