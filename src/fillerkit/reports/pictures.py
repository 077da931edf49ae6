"""Small pictures of how the values of a blob are spread: the theory's density, and a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, pi, sqrt

from fillerkit.blobs.statistics import BlobStatistics
from fillerkit.fillers import Constant, Distribution, Gaussian, Sparse, Truncated, Uniform

WIDTH, HEIGHT = 120, 32
_BINS = 40
_STEPS = 40  # of a bell
_SIGMAS = 4.0  # as far as a bell is drawn

Points = list[tuple[float, float]]
"""Values, each with the density there."""


@dataclass(frozen=True)
class Picture:
    """What an SVG of `WIDTH` by `HEIGHT` draws; a path that is empty is not drawn.

    Attributes
    ----------
    bars : str
        The path of the histogram.
    density : str
        The path of the theory.
    low, high : float
        What its left and its right edge stand for.
    """

    bars: str
    density: str
    low: float
    high: float


def picture(starts: Distribution, found: BlobStatistics | None = None) -> Picture | None:
    """The spread of a blob, or None where there is nothing to draw."""
    theory = _density(starts)
    bars = _histogram(found) if found is not None else []
    places = [value for value, _ in theory + bars]
    if isinstance(starts, Constant):
        places.append(starts.value)
    places = [place for place in places if isfinite(place)]
    if not places:
        return None
    low, high = min(places), max(places)
    if isinstance(starts, Constant) and isfinite(starts.value):
        if not high > low:
            low, high = starts.value - 1, starts.value + 1
        at = _across(starts.value, low, high)
        return Picture(_area(bars, low, high), f"M{at} {HEIGHT}V2", low, high)
    if not high > low:
        low, high = low - 1, high + 1
    top = max(height for _, height in theory + bars) or 1.0
    return Picture(_area(bars, low, high, top), _area(theory, low, high, top), low, high)


def _density(starts: Distribution) -> Points:
    if not (isfinite(starts.mean) and isfinite(starts.std)):
        return []
    match starts:
        case Uniform(low, high) if high > low:
            height = 1 / (high - low)
            return [(low, 0), (low, height), (high, height), (high, 0)]
        case Gaussian(mean, std):
            return _bell(mean, std, _SIGMAS)
        case Truncated():
            return _bell(starts.mean, starts.sigma, Truncated.CUT)
        case Sparse():
            return _bell(starts.kept.mean, starts.kept.std, _SIGMAS, starts.probability)
    return []


def _bell(mean: float, sigma: float, cut: float, share: float = 1.0) -> Points:
    steps = [cut * (2 * step / _STEPS - 1) for step in range(_STEPS + 1)]
    bell = [(mean + z * sigma, share * exp(-z * z / 2) / sigma / sqrt(2 * pi)) for z in steps]
    return [(bell[0][0], 0.0), *bell, (bell[-1][0], 0.0)]


def _histogram(found: BlobStatistics) -> Points:
    low, high = found.found.low, found.found.high
    if not (isfinite(low) and isfinite(high)):
        return []
    if not high > low:
        return [(low, 1.0)]
    width = high / _BINS - low / _BINS
    points: Points = [(low, 0.0)]
    for at, count in enumerate(found.histogram(_BINS)):
        height = count / found.found.finite / width
        points += [(low + at * width, height), (low + (at + 1) * width, height)]
    return [*points, (high, 0.0)]


def _area(points: Sequence[tuple[float, float]], low: float, high: float, top: float = 0) -> str:
    """A path through the points, as high as the picture where the density is `top`."""
    if not points:
        return ""
    top = top or max(height for _, height in points) or 1.0
    if len(points) == 1:  # all values are one
        at = _across(points[0][0], low, high)
        return f"M{at - 2:g} {HEIGHT}V2h4V{HEIGHT}"
    return "M" + "L".join(
        f"{_across(value, low, high)} {HEIGHT - (HEIGHT - 2) * height / top:.1f}"
        for value, height in points
    )


def _across(value: float, low: float, high: float) -> float:
    """Where a value stands from left to right; halves keep the range finite."""
    return round(2 + (WIDTH - 4) * (value / 2 - low / 2) / (high / 2 - low / 2), 1)
