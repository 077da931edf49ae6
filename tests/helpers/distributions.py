"""A distribution of each kind that takes draws, of which parts are made alone or by several."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers import Distribution, Gaussian, Sparse, Truncated, Uniform, Whole


def _turned(values: np.ndarray) -> None:
    values[:] = values[::-1].copy()


WHOLE = Whole(Uniform(0.0, 1.0), _turned, 0.5, 0.3, "turned")

DISTRIBUTIONS: list[Distribution] = [
    Uniform(-0.5, 0.5),
    Uniform(0.5, 0.5),  # drops about half
    Gaussian(0.5, 2.0),
    Truncated(0.0, 1.0),
    Sparse(Gaussian(0.0, 1.0), 0.25),
    WHOLE,
]
