"""Uniform values, as Boost makes them from 32-bit draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import FillerError, Keyword
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

    They are where the span itself would overflow: Boost makes halves of such values. Where the
    first is below the end and both are finite, at least about half of all draws make a value, a
    quarter where the next number is two of the least numbers away; FillerError where none does.
    """
    largest = np.finfo(dtype).max
    inside = -float(largest) <= low <= high <= float(largest)
    if not (inside or (_is_finite(low, dtype) and _is_finite(high, dtype))):
        raise _refused(low, high, dtype, "are not finite there; smaller ones are needed")
    first, end = dtype(low), np.nextafter(dtype(high), largest)
    if not first < end:
        way = "leave nothing to draw: values are drawn until one is below the next number after "
        raise _refused(low, high, dtype, f"{way}max, and there is none; give a smaller min")
    if end / 2 - first / 2 > largest / 2:
        return float(first / 2), float(end / 2), True
    return float(first), float(end), False


def _is_finite(value: float, dtype: type[np.floating]) -> bool:
    """Whether it is a number of the type; a little beyond the largest, it is rounded to that."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite(dtype(value)))


def _refused(low: float, high: float, dtype: type[np.floating], words: str) -> FillerError:
    """The error for limits that no draw ever makes a value of: Caffe draws on and on."""
    name = np.dtype(dtype).name
    said = f"in {name}, min {low:.9g} and max {high:.9g} {words}"
    if dtype is np.float64:
        return FillerError(said, field="min")
    return FillerError(said, ", or ", Keyword("dtype", "float64"), field="min")


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
