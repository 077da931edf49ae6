"""The delta_orthogonal filler."""

from __future__ import annotations

from math import prod, sqrt

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Gaussian, Values, Whole
from fillerkit.fillers.gain import GAIN_FIELDS, gain
from fillerkit.fillers.haar import orthonormal
from fillerkit.fillers.kernels import shown
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("delta_orthogonal", reads=GAIN_FIELDS)
def delta_orthogonal(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Whole:
    """0 but at the kernel's center, which holds gain times an orthogonal matrix (Xiao et al. 2018).

    The convolution then turns the channels of every pixel, each by the same orthonormal columns,
    so it passes on the length of any signal exactly; the paper trains plain nets of 10,000 layers
    with it. (With orthogonal filters instead, a convolution passes it on only on average.) Meant
    for Convolutions with stride 1, pad (k - 1) / 2 and no groups. It needs an odd kernel, which
    has a center, and no more inputs than outputs: a matrix that loses dimensions keeps no length.

    Like orthogonal, it takes a gaussian a value (it uses those at the center), and its last bits
    depend on LAPACK.
    Parameters: gain (1) or nonlinearity (linear), negative_slope (0.01).
    """
    words = shown(shape)
    if len(shape) < 3:
        raise FillerError(
            f"delta_orthogonal fills kernels, blobs of 3 axes or more, not {words}; "
            "orthogonal fills those of 2"
        )
    outputs, inputs, *kernel = shape
    if any(length % 2 == 0 for length in kernel):
        raise FillerError(f"delta_orthogonal needs a kernel of odd lengths, not that of {words}")
    if inputs > outputs:
        raise FillerError(
            "delta_orthogonal needs at least as many outputs as inputs to keep the signal's "
            f"length, not {outputs} of {inputs}"
        )
    factor, size = gain(spec), prod(kernel)

    def make_delta(values: Values) -> None:
        kernels = values.reshape(outputs, inputs, size)
        matrix = orthonormal(kernels[:, :, size // 2])
        kernels[...] = 0
        kernels[:, :, size // 2] = factor * matrix

    std = factor / sqrt(max(outputs, 1) * size)
    said = f"orthogonal {outputs}x{inputs} at the center, gain {factor:.4g}, std {std:.4g}"
    return Whole(Gaussian(0.0, 1.0), make_delta, 0.0, std, said)
