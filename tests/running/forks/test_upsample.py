"""Upsample, by a factor and by a mask."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


def test_values_are_repeated(run: Run, x: Any) -> None:
    close(run("Upsample", x, body="upsample_param { scale: 3 }")[0], x.repeat(3, 2).repeat(3, 3))


def test_upsample_puts_values_back_by_the_mask(run: Run, x: Any) -> None:
    found, mask = run("Pooling", x, body="pooling_param { kernel_size: 2 stride: 2 }", tops=2)
    (back,) = run("Upsample", found, mask, body="upsample_param { scale: 2 }")
    assert np.count_nonzero(back) == found.size
    close(back, np.where(back != 0, x, 0))


def test_of_three_axes_the_last_is_repeated(run: Run, x: Any) -> None:
    (found,) = run("Upsample", x[0], body="upsample_param { scale: 2 dims_num: 3 }")
    close(found, x[0].repeat(2, 2))
