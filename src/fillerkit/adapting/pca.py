"""The first layer's filters: the principal components of its patches."""

from __future__ import annotations

import numpy as np

from fillerkit.adapting.first_layer import FirstLayer, Patches
from fillerkit.adapting.patches import Doubles
from fillerkit.adapting.walk import Visitor
from fillerkit.adapting.work import Work

NAME = "pca"


def pca(work: Work) -> Visitor:
    """Filters that are the principal components of the patches, the strongest first.

    Each is divided by the root of its eigenvalue, so that its output has variance 1. More filters
    than components keep their filler's direction.

    Source: Kraehenbuehl, Doersch, Donahue and Darrell, Data-dependent initializations of
    convolutional neural networks (2016), section 3.3.
    """
    return FirstLayer(work, NAME, _components)


def _components(seen: Patches, drawn: Doubles, rng: np.random.Generator) -> Doubles:
    filters = np.array(drawn)
    count = min(len(drawn), len(seen.values))
    filters[:count] = seen.vectors[:count]
    return seen.with_unit_variance(filters)
