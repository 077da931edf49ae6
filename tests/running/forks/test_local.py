"""Local against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_local_has_filters_of_its_own_at_every_place(run: Run, x: Any) -> None:
    body = (
        'local_param { num_output: 3 kernel_size: 3 stride: 2 weight_filler { type: "gaussian" } }'
    )
    found, w, b = run("Local", x, body=body)
    for i, j in np.ndindex(found.shape[2:]):
        window = x[:, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3].reshape(2, -1)
        place = i * found.shape[3] + j
        close(found[:, :, i, j], window @ w[:, 0, :, place].T + b[0, 0, :, place])
