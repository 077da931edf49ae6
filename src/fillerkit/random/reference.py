"""The engine in NumPy: what the kernels are held against, and what runs where there are none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.random import box_muller, ziggurat
from fillerkit.random.draws import DrawStream
from fillerkit.random.pieces import IN_NUMPY, pieces
from fillerkit.random.uniform import fill_uniform

Floats = NDArray[np.floating]


class ReferenceEngine:
    """See `fillerkit.random.engine.Engine`."""

    in_parts = False

    def __init__(self, seed: int | NDArray[np.uint32], boost: str) -> None:
        self._draws = DrawStream(seed)
        self.boost = boost

    @property
    def position(self) -> int:
        return self._draws.position

    def take(self, count: int) -> NDArray[np.uint32]:
        return self._draws.take(count)

    def skip(self, count: int) -> None:
        self._draws.skip(count)

    def uniform(self, low: float, high: float, out: Floats) -> None:
        for piece in pieces(out, IN_NUMPY):
            fill_uniform(self._draws, low, high, piece)

    def gaussian(self, mean: float, std: float, out: Floats) -> None:
        for piece in pieces(out, IN_NUMPY):
            if self.boost == "1.55":
                box_muller.fill_gaussian(self._draws, mean, std, piece)
            else:
                ziggurat.fill_gaussian(self._draws, mean, std, piece, plain=self.boost == "1.58")

    def thin(self, probability: float, out: Floats) -> None:
        dtype = out.dtype.type
        limit = dtype(probability) * dtype(2**32 - 1)
        for piece in pieces(out, IN_NUMPY):
            piece *= self._draws.take(piece.size).astype(dtype) <= limit
