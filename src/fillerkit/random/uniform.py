"""Uniform values, as Boost makes them from 32-bit draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.random.engine import Draws, Engine


def fill_uniform(engine: Engine, low: float, high: float, out: NDArray[np.floating]) -> None:
    """Fill `out` with values of [low, high], as Caffe asks Boost for them.

    A draw u becomes u / 2^32 * (end - low) + low, each step rounded to the type of `out`, where
    end is the float after high, so that high itself can come up. In float32 the largest draws
    round up to a value of end: such a value is dropped and the next draw taken, which shifts all
    that follows (the golden ``uniform_equal`` drops about half).
    """
    done = 0
    while done < out.size:
        values = uniform_values(engine.draw(out.size - done), low, high, out.dtype.type)
        if done == 0 and values.size == out.size:
            out[:] = values
        else:
            out[done : done + values.size] = values
        done += values.size


def uniform_values(
    draws: Draws, low: float, high: float, dtype: type[np.floating]
) -> NDArray[np.floating]:
    """The values that `draws` make; fewer than there are draws where some are dropped."""
    first, end = dtype(low), np.nextafter(dtype(high), dtype(np.inf))
    if end / 2 - first / 2 > np.finfo(dtype).max / 2:
        # The span itself overflows: Boost then makes half the value and doubles it.
        return dtype(2) * _scale(draws, first / dtype(2), end / dtype(2), dtype)
    return _scale(draws, first, end, dtype)


def _scale(
    draws: Draws, first: np.floating, end: np.floating, dtype: type[np.floating]
) -> NDArray[np.floating]:
    values = draws.astype(dtype)
    values *= dtype(2.0**-32)
    values *= end - first
    values += first
    kept = values < end
    return values if kept.all() else values[kept]
