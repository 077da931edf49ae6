"""The lecun_uniform filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Uniform
from fillerkit.fillers.fan import fan_in
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("lecun_uniform", reads=())
def lecun_uniform(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Uniform:
    """U(-s, s) with s = sqrt(3 / fan_in): variance 1 / fan_in (LeCun et al. 1998).

    The same values as Caffe's xavier with its default, FAN_IN, which is LeCun's rule under another
    name; this one says what it is, and has no variance_norm that could make it another.
    """
    return Uniform.symmetric(float(np.sqrt(dtype(3) / dtype(fan_in(shape)))))
