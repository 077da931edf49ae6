"""The xavier_normal filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Gaussian
from fillerkit.fillers.fan import fan
from fillerkit.fillers.gain import GAIN_FIELDS, gain
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("xavier_normal", reads=("variance_norm", *GAIN_FIELDS))
def xavier_normal(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Gaussian:
    """N(0, gain^2 / n), n by variance_norm: xavier's variance, gaussian (Glorot & Bengio 2010).

    Only the variance enters the derivation (see xavier), so a gaussian does as well as a uniform;
    its rare large values reach further. The paper's n is AVERAGE, Caffe's default FAN_IN.
    The gain makes up for what the nonlinearity behind the layer takes from the signal:
    ``nonlinearity: "tanh"`` keeps it through any number of tanh layers, where gain 1 lets it die
    away slowly, and ``nonlinearity: "relu"`` makes it msra.
    Parameters: variance_norm (FAN_IN), gain (1) or nonlinearity (linear), negative_slope (0.01).
    """
    n = fan(spec, shape, dtype)
    return Gaussian(0.0, float(dtype(gain(spec)) * np.sqrt(dtype(1) / n)))
