"""The engine in NumPy: what the kernels are held against, and what runs where there are none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.random import box_muller, ziggurat
from fillerkit.random.draws import DrawStream
from fillerkit.random.uniform import fill_uniform

Floats = NDArray[np.floating]

_AT_ONCE = 1 << 18
"""Elements worked out at a time: few enough to stay in a processor's cache."""


class ReferenceEngine:
    """See `fillerkit.random.engine.Engine`."""

    def __init__(self, seed: int | NDArray[np.uint32], boost: str) -> None:
        self._draws = DrawStream(seed)
        self._boost = boost

    def skip(self, count: int) -> None:
        if count:
            self._draws.take(count)

    def uniform(self, low: float, high: float, out: Floats) -> None:
        for start in range(0, out.size, _AT_ONCE):
            fill_uniform(self._draws, low, high, out[start : start + _AT_ONCE])

    def gaussian(self, mean: float, std: float, out: Floats) -> None:
        for start in range(0, out.size, _AT_ONCE):
            piece = out[start : start + _AT_ONCE]
            if self._boost == "1.55":
                box_muller.fill_gaussian(self._draws, mean, std, piece)
            else:
                ziggurat.fill_gaussian(self._draws, mean, std, piece, plain=self._boost == "1.58")

    def thin(self, probability: float, out: Floats) -> None:
        dtype = out.dtype.type
        limit = dtype(probability) * dtype(2**32 - 1)
        for start in range(0, out.size, _AT_ONCE):
            piece = out[start : start + _AT_ONCE]
            piece *= self._draws.take(piece.size).astype(dtype) <= limit
