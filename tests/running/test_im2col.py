"""Im2col against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_im2col_has_a_window_in_every_column(run: Run, x: Any) -> None:
    body = "convolution_param { kernel_size: 3 pad: 1 stride: 2 dilation: 2 }"
    (found,) = run("Im2col", x, body=body)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    assert found.shape == (2, 54, 2, 3)
    for i, j in np.ndindex(2, 3):
        window = padded[:, :, 2 * i : 2 * i + 5 : 2, 2 * j : 2 * j + 5 : 2]
        close(found[:, :, i, j], window.reshape(2, 54))
