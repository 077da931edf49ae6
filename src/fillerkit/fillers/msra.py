"""The msra filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Gaussian
from fillerkit.fillers.fan import fan
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("msra", reads=("variance_norm",))
def msra(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Gaussian:
    """N(0, 2/n), n by variance_norm: for layers followed by ReLU (He et al. 2015).

    A ReLU sets half of a symmetric signal to 0, which halves its mean square; twice xavier's
    variance makes up for it: n Var(w) / 2 = 1.
    """
    return Gaussian(0.0, float(np.sqrt(dtype(2) / fan(spec, shape, dtype))))
