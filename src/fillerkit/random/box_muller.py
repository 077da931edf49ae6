"""Gaussian values, as Boost 1.55 and earlier make them: Box and Muller's pairs.

Two uniforms u, v make two values, sqrt(-2 log(1 - v)) times the cosine and then the sine of 2 pi u
(Box & Muller 1958). Caffe asks for each blob anew, so an odd blob's last sine is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fillerkit.random import elementary
from fillerkit.random.draws import ROUNDS_TO_ONE, Draws

Floats = NDArray[np.floating]
Function = Callable[[Any], Any]

_SINGLE: tuple[Function, Function, Function] = (elementary.log, elementary.cos, elementary.sin)
_DOUBLE: tuple[Function, Function, Function] = (np.log, np.cos, np.sin)


class Takes(Protocol):
    """A stream of draws."""

    def take(self, count: int) -> Draws:
        """The next `count` draws."""


def fill_gaussian(draws: Takes, mean: float, std: float, out: Floats) -> None:
    """Fill `out`, a blob or an even number of values of one, with values of N(mean, std^2).

    In float64 the C library's logarithm, sine and cosine are NumPy's, which on some machines differ
    from it by one unit in the last place.
    """
    dtype = out.dtype.type
    uniforms = _uniforms(draws, out.size + out.size % 2, dtype)
    u, v = uniforms[0::2], uniforms[1::2]
    angle = dtype(2) * dtype(np.pi) * u
    log, cos, sin = _SINGLE if dtype is np.float32 else _DOUBLE
    radius = np.sqrt(dtype(-2) * log(dtype(1) - v))
    out[0::2] = radius * cos(angle)
    out[1::2] = (radius * sin(angle))[: out.size // 2]
    out *= dtype(std)
    out += dtype(mean)


def _uniforms(draws: Takes, count: int, dtype: type[np.floating]) -> Floats:
    """`count` uniforms below 1; in float32, draws that round up to 1 are dropped."""
    taken = draws.take(count)
    if dtype is np.float32:
        while (missing := count - (kept := taken[taken < ROUNDS_TO_ONE]).size) > 0:
            taken = np.concatenate([kept, draws.take(missing)])
    uniforms: Floats = taken.astype(dtype) * dtype(2.0**-32)
    return uniforms
