"""The uniform filler."""

from __future__ import annotations

import math

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Uniform
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("uniform", reads=("min", "max"))
def uniform(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Uniform:
    """U(min, max); variance (max - min)^2 / 12.

    Its defaults, 0 and 1, are all positive: say min and max for weights.
    Parameters: min (0), max (1).
    """
    if not (math.isfinite(spec.min) and math.isfinite(spec.max)):
        raise FillerError(f"min {spec.min:g} and max {spec.max:g} must be finite", field="min")
    if spec.min > spec.max:
        raise FillerError(f"min {spec.min:g} is above max {spec.max:g}", field="min")
    return Uniform(spec.min, spec.max)
