"""The engine in C; importing this fails where the package was built without a compiler."""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray

from fillerkit.random import _kernels
from fillerkit.random.jump import jumps, polynomial
from fillerkit.random.pieces import IN_C, IN_NUMPY, pieces
from fillerkit.random.uniform import uniform_span

Floats = NDArray[np.floating]

_UNBOUNDED = 2**63 - 1
"""Draws: as many as the values take."""

PATHS = _kernels.PATHS
"""The paths that this processor has, the fastest first; all make the same bits."""


class KernelEngine:
    """See `fillerkit.random.engine.Engine`; `path` is one of `PATHS`."""

    in_parts = True

    def __init__(self, seed: int | NDArray[np.uint32], boost: str, path: str = PATHS[0]) -> None:
        self.boost = boost
        self._path = PATHS.index(path)
        # MT19937's words, where the next draw is, and how many were taken: two halves of 64 bits
        self._state = np.zeros(627, np.uint32)
        if isinstance(seed, int):
            _kernels.seed(self._state, seed)
        else:
            self._state[:624], self._state[624] = seed, 624

    @property
    def position(self) -> int:
        return int(self._state[625]) | int(self._state[626]) << 32

    def copy(self) -> KernelEngine:
        other = copy(self)
        other._state = self._state.copy()
        return other

    def go_to(self, other: KernelEngine) -> None:
        """Go on from where another engine is."""
        self._state[:] = other._state

    def take(self, count: int) -> NDArray[np.uint32]:
        draws = np.empty(count, np.uint32)
        _kernels.draw(self._path, self._state, draws)
        return draws

    def skip(self, count: int) -> None:
        exponents, rest = jumps(count)
        for exponent in exponents:
            _kernels.jump(self._path, self._state, polynomial(exponent), 1 << exponent)
        _kernels.skip(self._path, self._state, rest)

    def uniform(self, low: float, high: float, out: Floats) -> None:
        for piece in pieces(out, IN_C):
            self.uniform_part(low, high, piece)

    def uniform_part(self, low: float, high: float, out: Floats, draws: int = _UNBOUNDED) -> int:
        """Fill `out` as far as values begin among the next `draws`; return how many there are."""
        first, end, halved = uniform_span(low, high, out.dtype.type)
        return _kernels.uniform(
            self._path, self._state, out, out.itemsize, first, end, halved, draws
        )

    def gaussian(self, mean: float, std: float, out: Floats) -> None:
        if self.boost == "1.55" and out.dtype != np.float32:
            # In float64 the functions are NumPy's, here as in the reference.
            from fillerkit.random.box_muller import fill_gaussian

            for piece in pieces(out, IN_NUMPY):
                fill_gaussian(self, mean, std, piece)
            return
        for piece in pieces(out, IN_C):
            self.gaussian_part(mean, std, piece)

    def gaussian_part(self, mean: float, std: float, out: Floats, draws: int = _UNBOUNDED) -> int:
        """The same of gaussians; not for Boost 1.55 in float64."""
        if self.boost == "1.55":
            return _kernels.box_muller(self._path, self._state, out, mean, std, draws)
        from fillerkit.random.ziggurat import kernel_tables

        tables = kernel_tables(out.dtype.type)
        plain = self.boost == "1.58"
        return _kernels.gaussian(
            self._path, self._state, out, out.itemsize, mean, std, plain, *tables, draws
        )

    def thin(self, probability: float, out: Floats) -> None:
        dtype = out.dtype.type
        limit = float(dtype(probability) * dtype(2**32 - 1))
        for piece in pieces(out, IN_C):
            _kernels.thin(self._path, self._state, piece, out.itemsize, limit)
