"""The first layer's filters: the centres of its patches, found by k-means."""

from __future__ import annotations

import numpy as np

from fillerkit.adapting.first_layer import FirstLayer, Patches
from fillerkit.adapting.patches import Doubles
from fillerkit.adapting.walk import Visitor
from fillerkit.adapting.work import Work

NAME = "k-means"

_ROUNDS = 20
_SOFTENED = 0.01  # of the mean eigenvalue, so that whitening does not blow up noise


def k_means(work: Work) -> Visitor:
    """Filters that are the centres of the whitened patches, each with output variance 1.

    Source: Kraehenbuehl, Doersch, Donahue and Darrell, Data-dependent initializations of
    convolutional neural networks (2016), section 3.3; Coates and Ng, Learning feature
    representations with k-means (2012).
    """
    return FirstLayer(work, NAME, _centres)


def _centres(seen: Patches, drawn: Doubles, rng: np.random.Generator) -> Doubles:
    softened = np.sqrt(seen.values + _SOFTENED * seen.values.mean())
    whitening = seen.vectors / softened[:, None]
    white = seen.centered @ whitening.T
    lengths = np.linalg.norm(white, axis=1)
    white = white[lengths > 0] / lengths[lengths > 0, None]
    centres = white[rng.choice(len(white), len(drawn), replace=False)]
    for _ in range(_ROUNDS):
        # Of points of length 1 the nearest centre is the one with the largest of this.
        nearest = (white @ centres.T - 0.5 * (centres**2).sum(axis=1)).argmax(axis=1)
        counts = np.bincount(nearest, minlength=len(centres))
        # In the order of the points, as np.add.at would, and ten times as fast.
        columns = [np.bincount(nearest, column, len(centres)) for column in white.T]
        sums = np.stack(columns, axis=1)
        filled = counts > 0
        centres[filled] = sums[filled] / counts[filled, None]
        empty = int((~filled).sum())
        centres[~filled] = white[rng.choice(len(white), empty, replace=False)]
    return seen.with_unit_variance(centres @ whitening)
