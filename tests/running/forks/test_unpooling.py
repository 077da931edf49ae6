"""MaxUnPool, by the mask of a Pooling."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_values_go_where_the_mask_says(run: Run, x: Any) -> None:
    found, mask = run("Pooling", x, body="pooling_param { kernel_size: 2 stride: 2 }", tops=2)
    size = f"dst_h: {x.shape[2]} dst_w: {x.shape[3]}"
    (back,) = run("MaxUnPool", found, mask, body=f"max_unpool_param {{ {size} }}")
    assert np.count_nonzero(back) == found.size
    close(back, np.where(back != 0, x, 0))
