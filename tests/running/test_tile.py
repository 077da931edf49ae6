"""Tile against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_an_axis_is_repeated(run: Run, x: Any) -> None:
    close(run("Tile", x, body="tile_param { axis: -2 tiles: 3 }")[0], np.tile(x, (1, 1, 3, 1)))
