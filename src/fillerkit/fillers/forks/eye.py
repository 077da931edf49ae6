"""caffe-pro's eye filler."""

from __future__ import annotations

from math import prod

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Whole
from fillerkit.fillers.kernels import placed, shown
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("eye", reads=("value",))
def eye(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """The value on the diagonal of a square matrix, 0 elsewhere.

    A blob of more axes is the matrix of shape[0] rows. The value is 0 unless set, and the matrix
    then too (ethanhe42/caffe-pro, include/caffe/filler.hpp). Takes no draws.
    Parameters: value (0).
    """
    side = shape[0] if shape else 1
    if not shape or prod(shape[1:]) != side:
        raise FillerError(f"eye fills square matrices, not {shown(shape)}")
    said = f"eye {shown(shape)}, {spec.value:.4g} on the diagonal"
    return placed(np.arange(side) * (side + 1), spec.value, prod(shape), said)
