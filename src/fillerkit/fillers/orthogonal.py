"""The orthogonal filler."""

from __future__ import annotations

from math import prod, sqrt

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Gaussian, Values, Whole
from fillerkit.fillers.gain import GAIN_FIELDS, gain
from fillerkit.fillers.haar import orthonormal
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("orthogonal", reads=GAIN_FIELDS)
def orthogonal(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """A random matrix with orthonormal rows (columns if tall), times the gain (Saxe et al. 2014).

    A product of orthogonal matrices is orthogonal: a deep linear net passes the length of every
    signal and gradient on exactly, whatever its depth, where one of independent weights only does
    on average, and most directions die away. The matrix is uniform among all such (Mezzadri 2007).
    A blob of more axes is the matrix of shape[0] rows, one a unit: the filters of a convolution
    are orthonormal, the convolution itself is not (see delta_orthogonal). The squares of its
    values sum up to gain^2 min(rows, columns), so their std is gain / sqrt(max(rows, columns)).

    It takes a gaussian a value, and is worked out in float64 by a QR decomposition of LAPACK, whose
    last bits depend on the machine. (So do delta_orthogonal's; no other filler's do.) The time
    grows with rows x columns x min(rows, columns).
    Parameters: gain (1) or nonlinearity (linear), negative_slope (0.01).
    """
    if len(shape) < 2:
        raise FillerError(
            "orthogonal fills blobs of 2 axes or more, "
            f"not {shape[0] if shape else 'a single value'}"
        )
    rows, columns = shape[0], prod(shape[1:])
    factor = gain(spec)

    def make_orthogonal(values: Values) -> None:
        matrix = values.reshape(rows, columns)
        matrix[...] = factor * orthonormal(matrix)

    std = factor / sqrt(max(rows, columns, 1))
    words = f"orthogonal {rows}x{columns}, gain {factor:.4g}, std {std:.4g}"
    return Whole(Gaussian(0.0, 1.0), make_orthogonal, 0.0, std, words)
