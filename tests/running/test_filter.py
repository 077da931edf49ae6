"""Filter against NumPy."""

from __future__ import annotations

import numpy as np
from one_layer import Run, close


def test_the_selector_says_which_items_pass(run: Run, rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 1, 2))
    items, others = run("Filter", x, y, [1, 0, 0, 2], tops=2)
    close(items, x[[0, 3]])
    close(others, y[[0, 3]])
