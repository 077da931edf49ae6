"""Uniform values, as Boost makes them from 32-bit draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.random.draws import Draws, DrawStream


def fill_uniform(draws: DrawStream, low: float, high: float, out: NDArray[np.floating]) -> None:
    """Fill `out` with values of [low, high], as Caffe asks Boost for them.

    A draw u becomes u / 2^32 * (end - low) + low, each step rounded to the type of `out`, where
    end is the float after high, so that high itself can come up. In float32 the largest draws
    round up to a value of end: such a value is dropped and the next draw taken, which shifts all
    that follows (the golden ``uniform_equal`` drops about half).
    """
    first, end, halved = uniform_span(low, high, out.dtype.type)
    done = 0
    while done < out.size:
        values = _scale(draws.take(out.size - done), first, end, out.dtype.type)
        out[done : done + values.size] = values
        done += values.size
    if halved:
        out *= 2


def uniform_span(low: float, high: float, dtype: type[np.floating]) -> tuple[float, float, bool]:
    """The first and the end of the values to make, and whether they are to be doubled then.

    They are where the span itself would overflow: Boost makes halves of such values.
    """
    first, end = dtype(low), np.nextafter(dtype(high), np.finfo(dtype).max)
    if end / 2 - first / 2 > np.finfo(dtype).max / 2:
        return float(first / 2), float(end / 2), True
    return float(first), float(end), False


def _scale(
    draws: Draws, first: float, end: float, dtype: type[np.floating]
) -> NDArray[np.floating]:
    """The values that `draws` make; fewer than there are draws where some are dropped."""
    values = draws.astype(dtype)
    values *= dtype(2.0**-32)
    values *= dtype(end) - dtype(first)
    values += dtype(first)
    kept = values < dtype(end)
    return values if kept.all() else values[kept]
