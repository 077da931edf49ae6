"""The engine in C; importing this fails where the package was built without a compiler."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit import _kernels
from fillerkit.random.uniform import uniform_span

Floats = NDArray[np.floating]


class KernelEngine:
    """See `fillerkit.random.engine.Engine`."""

    def __init__(self, seed: int) -> None:
        self._state = np.empty(625, np.uint32)  # MT19937's words, and where the next draw is
        _kernels.seed(self._state, seed)

    def skip(self, count: int) -> None:
        _kernels.draw(self._state, np.empty(count, np.uint32))

    def uniform(self, low: float, high: float, out: Floats) -> None:
        first, end, halved = uniform_span(low, high, out.dtype.type)
        _kernels.uniform(self._state, out, out.itemsize, first, end, halved)

    def gaussian(self, mean: float, std: float, out: Floats) -> None:
        from fillerkit.random.ziggurat import kernel_tables

        tables = kernel_tables(out.dtype.type)
        _kernels.gaussian(self._state, out, out.itemsize, mean, std, *tables)

    def thin(self, probability: float, out: Floats) -> None:
        dtype = out.dtype.type
        limit = float(dtype(probability) * dtype(2**32 - 1))
        _kernels.thin(self._state, out, out.itemsize, limit)
