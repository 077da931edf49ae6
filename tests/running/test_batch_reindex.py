"""BatchReindex against NumPy."""

from __future__ import annotations

import numpy as np
from one_layer import Run, close


def test_items_are_taken_by_number(run: Run, rng: np.random.Generator) -> None:
    x = rng.normal(size=(4, 3))
    close(run("BatchReindex", x, [3, 3, 0])[0], x[[3, 3, 0]])
