"""The msra filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Gaussian
from fillerkit.fillers.fan import fan
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("msra", reads=("variance_norm", "alpha", "scale"))
def msra(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Gaussian:
    """N(0, 2/n), n by variance_norm: for layers followed by ReLU (He et al. 2015).

    A ReLU sets half of a symmetric signal to 0, which halves its mean square; twice xavier's
    variance makes up for it: n Var(w) / 2 = 1.

    Two forks have a parameter more. In front of a PReLU that starts with slope alpha the variance
    is 2 / (n (1 + alpha^2)) (the paper's equation 15; happynear/caffe-windows); scale multiplies
    the std (intel/caffe). Both in include/caffe/filler.hpp.
    Parameters: variance_norm (FAN_IN), alpha (0), scale (1).
    """
    alpha = dtype(spec.alpha)
    square = dtype(2) / fan(spec, shape, dtype) / (dtype(1) + alpha * alpha)
    return Gaussian(0.0, float(dtype(spec.scale) * np.sqrt(square)))
