"""The gaussian_xavier filler of the Caffe that makes chairs."""

from __future__ import annotations

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Gaussian
from fillerkit.fillers.fan import fan_in
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("gaussian_xavier", reads=("xavier_coeff",))
def gaussian_xavier(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Gaussian:
    """N(0, xavier_coeff / fan_in): msra's variance with the coefficient 2, xavier's with 1.

    ArthurWang123/caffe, branch chairs_deconv, include/caffe/filler.hpp (Dosovitskiy et al. 2015).
    Parameters: xavier_coeff (2).
    """
    if not spec.xavier_coeff > 0:
        raise FillerError(
            f"xavier_coeff must be above 0, not {spec.xavier_coeff:g}", field="xavier_coeff"
        )
    return Gaussian(0.0, float(np.sqrt(dtype(spec.xavier_coeff) / dtype(fan_in(shape)))))
