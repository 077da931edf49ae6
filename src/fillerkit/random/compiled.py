"""The engine in C; importing this fails where the package was built without a compiler."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.random import _kernels
from fillerkit.random.pieces import IN_C, IN_NUMPY, pieces
from fillerkit.random.uniform import uniform_span

Floats = NDArray[np.floating]

_SKIPPED = 1 << 24
"""Draws that are passed over at a time: it takes less than making values of them."""

PATHS = _kernels.PATHS
"""The paths that this processor has, the fastest first; all make the same bits."""


class KernelEngine:
    """See `fillerkit.random.engine.Engine`; `path` is one of `PATHS`."""

    def __init__(self, seed: int | NDArray[np.uint32], boost: str, path: str = PATHS[0]) -> None:
        self._boost = boost
        self._path = PATHS.index(path)
        self._state = np.empty(625, np.uint32)  # MT19937's words, and where the next draw is
        if isinstance(seed, int):
            _kernels.seed(self._state, seed)
        else:
            self._state[:624], self._state[624] = seed, 624

    def take(self, count: int) -> NDArray[np.uint32]:
        """The next `count` draws."""
        draws = np.empty(count, np.uint32)
        _kernels.draw(self._path, self._state, draws)
        return draws

    def skip(self, count: int) -> None:
        for start in range(0, count, _SKIPPED):
            _kernels.skip(self._path, self._state, min(_SKIPPED, count - start))

    def uniform(self, low: float, high: float, out: Floats) -> None:
        first, end, halved = uniform_span(low, high, out.dtype.type)
        for piece in pieces(out, IN_C):
            _kernels.uniform(self._path, self._state, piece, out.itemsize, first, end, halved)

    def gaussian(self, mean: float, std: float, out: Floats) -> None:
        if self._boost == "1.55":
            self._box_muller(mean, std, out)
            return
        from fillerkit.random.ziggurat import kernel_tables

        tables = kernel_tables(out.dtype.type)
        plain = self._boost == "1.58"
        for piece in pieces(out, IN_C):
            _kernels.gaussian(
                self._path, self._state, piece, out.itemsize, mean, std, plain, *tables
            )

    def _box_muller(self, mean: float, std: float, out: Floats) -> None:
        if out.dtype == np.float32:
            for piece in pieces(out, IN_C):
                _kernels.box_muller(self._path, self._state, piece, mean, std)
            return
        # In float64 the functions are NumPy's, here as in the reference.
        from fillerkit.random.box_muller import fill_gaussian

        for piece in pieces(out, IN_NUMPY):
            fill_gaussian(self, mean, std, piece)

    def thin(self, probability: float, out: Floats) -> None:
        dtype = out.dtype.type
        limit = float(dtype(probability) * dtype(2**32 - 1))
        for piece in pieces(out, IN_C):
            _kernels.thin(self._path, self._state, piece, out.itemsize, limit)
