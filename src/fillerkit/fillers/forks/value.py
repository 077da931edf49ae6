"""L-GM-loss's value filler."""

from __future__ import annotations

from math import prod

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Whole
from fillerkit.fillers.kernels import placed
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("value", reads=("values",))
def value(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """The values that the text gives, in order; 0 for the rest.

    ``values: [1, 0, 0, 0, 1, 0]`` is the bias of a spatial transformer that starts as the identity
    (WeitaoVan/L-GM-loss, include/caffe/filler.hpp). Takes no draws.
    Parameters: values (a list; empty).
    """
    held, count = list(spec.values), prod(shape)
    if len(held) > count:
        raise FillerError(f"has {len(held)} values for the {count} of the blob", field="values")
    said = f"{len(held)} values given, the rest 0"
    return placed(np.arange(len(held)), held, count, said)
