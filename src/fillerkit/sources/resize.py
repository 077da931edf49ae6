"""An image made larger or smaller as OpenCV's ``INTER_LINEAR`` does it, without smoothing.

A pixel is a mean of four neighbours with weights of 11 bits. Where both sides are halved it is the
plain mean of four.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BITS = 11


def resize(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """An image of (channels, height, width), made to another height and width."""
    old = image.shape[1:]
    if old == (height, width):
        return image
    if old == (2 * height, 2 * width):
        quarters = image.reshape(-1, height, 2, width, 2).sum(axis=(2, 4), dtype=np.int32)
        return np.asarray((quarters + 2) >> 2, np.uint8)
    left, right, weights = _neighbours(old[1], width)
    wide = image[:, :, left] * weights[0] + image[:, :, right] * weights[1]
    above, below, weights = _neighbours(old[0], height, at_border=False)
    # OpenCV's intermediate shifts drop bits; the order of the operations is its own.
    high = ((wide[:, above] >> 4) * weights[0][:, None]) >> 16
    low = ((wide[:, below] >> 4) * weights[1][:, None]) >> 16
    return np.asarray((high + low + 2) >> 2, np.uint8)


def _neighbours(
    old: int, new: int, *, at_border: bool = True
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]]:
    """The two pixels that each new one lies between, and their weights.

    Before the first pixel and after the last, the nearest one counts alone; of rows
    (``at_border=False``) it is taken twice, which rounds otherwise.
    """
    place = ((np.arange(new) + 0.5) * (old / new) - 0.5).astype(np.float32)
    first = np.floor(place).astype(np.intp)
    part = place - first.astype(np.float32)
    if at_border:
        part[(first < 0) | (first >= old - 1)] = 0
    weights = np.rint(np.stack([np.float32(1) - part, part]) * np.float32(1 << _BITS))
    return (
        first.clip(0, old - 1),
        (first + 1).clip(0, old - 1),
        weights.astype(np.int32),
    )
