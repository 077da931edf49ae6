"""Pooling, window by window."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np


def windows(length: int, kernel: int, stride: int, pad: int, *, down: bool = False) -> Any:
    """Of every window: its first and last place within the bottom, and its size with padding."""
    room = (length + 2 * pad - kernel) / stride
    count = (int(room) if down else ceil(room)) + 1
    if pad and (count - 1) * stride >= length + pad:
        count -= 1
    for index in range(count):
        start = index * stride - pad
        end = min(start + kernel, length + pad)
        yield max(start, 0), min(end, length), end - start


def pooled(x: Any, pool: str, kernel: Any, stride: Any, pad: Any, *, down: bool = False) -> Any:
    rows = list(windows(x.shape[2], kernel[0], stride[0], pad[0], down=down))
    columns = list(windows(x.shape[3], kernel[1], stride[1], pad[1], down=down))
    top = np.zeros((*x.shape[:2], len(rows), len(columns)), np.float32)
    for i, (top_edge, bottom_edge, high) in enumerate(rows):
        for j, (left, right, wide) in enumerate(columns):
            window = x[:, :, top_edge:bottom_edge, left:right]
            if pool == "MAX":
                top[:, :, i, j] = window.max((2, 3), initial=np.finfo(np.float32).min)
            elif pool == "AVE":
                with np.errstate(invalid="ignore"):  # a window beyond the edge divides by 0
                    top[:, :, i, j] = window.sum((2, 3)) / (high * wide)
            else:
                top[:, :, i, j] = (window**2).sum((2, 3)) / window.sum((2, 3))
    return top
