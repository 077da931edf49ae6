"""The lecun_normal filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Gaussian
from fillerkit.fillers.fan import fan_in
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("lecun_normal", reads=())
def lecun_normal(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Gaussian:
    """N(0, 1 / fan_in): units start in the linear range of their sigmoids (LeCun et al. 1998).

    A unit's weighted sum of inputs with variance 1 has variance 1 then: neither so small that the
    net is linear, nor so large that the sigmoids saturate and their gradients vanish. Nets
    of SELUs are made for it: with it they normalise themselves (Klambauer et al. 2017).
    """
    return Gaussian(0.0, float(np.sqrt(dtype(1) / dtype(fan_in(shape)))))
