"""The msra_uniform filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Uniform
from fillerkit.fillers.fan import fan
from fillerkit.fillers.gain import negative_slope
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("msra_uniform", reads=("variance_norm", "negative_slope"))
def msra_uniform(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Uniform:
    """U(-s, s) with s = sqrt(6 / n), n by variance_norm: msra's variance 2/n (He et al. 2015).

    A uniform on (-s, s) has variance s^2 / 3, hence 6 where xavier has 3. In front of a leaky ReLU
    or a PReLU that starts with slope a, (1 + a^2) / 2 of the mean square gets through and not 1/2,
    and s = sqrt(6 / ((1 + a^2) n)) keeps the signal (the paper's equation 15).
    Parameters: variance_norm (FAN_IN), negative_slope (0 here).
    """
    n = fan(spec, shape, dtype)
    slope = dtype(negative_slope(spec) if spec.HasField("negative_slope") else 0)
    return Uniform.symmetric(float(np.sqrt(dtype(6) / ((dtype(1) + slope * slope) * n))))
