"""The engine in C; importing this fails where the package was built without a compiler."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.random import _kernels
from fillerkit.random.uniform import uniform_span

Floats = NDArray[np.floating]

_AT_ONCE = 1 << 18
"""float64 values of Boost 1.55 made at a time, in NumPy: even, for they come in pairs."""


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
        _kernels.skip(self._path, self._state, count)

    def uniform(self, low: float, high: float, out: Floats) -> None:
        first, end, halved = uniform_span(low, high, out.dtype.type)
        _kernels.uniform(self._path, self._state, out, out.itemsize, first, end, halved)

    def gaussian(self, mean: float, std: float, out: Floats) -> None:
        if self._boost == "1.55":
            self._box_muller(mean, std, out)
            return
        from fillerkit.random.ziggurat import kernel_tables

        tables = kernel_tables(out.dtype.type)
        plain = self._boost == "1.58"
        _kernels.gaussian(self._path, self._state, out, out.itemsize, mean, std, plain, *tables)

    def _box_muller(self, mean: float, std: float, out: Floats) -> None:
        if out.dtype == np.float32:
            _kernels.box_muller(self._path, self._state, out, mean, std)
            return
        # In float64 the functions are NumPy's, here as in the reference.
        from fillerkit.random.box_muller import fill_gaussian

        for start in range(0, out.size, _AT_ONCE):
            fill_gaussian(self, mean, std, out[start : start + _AT_ONCE])

    def thin(self, probability: float, out: Floats) -> None:
        dtype = out.dtype.type
        limit = float(dtype(probability) * dtype(2**32 - 1))
        _kernels.thin(self._path, self._state, out, out.itemsize, limit)
