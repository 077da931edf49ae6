"""The identity filler."""

from __future__ import annotations

from math import sqrt

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Constant, Values, Whole
from fillerkit.fillers.gain import own_gain
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("identity", reads=("gain",))
def identity(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """A matrix with the gain on its diagonal, 0 elsewhere: every unit copies one input.

    For recurrent weights: with ReLU, a state stays as it is until it learns to change (Le, Jaitly
    & Hinton 2015). Where the matrix is not square, inputs or units are left over; those units
    are 0. As ``torch.nn.init.eye_``; takes no draws. A ReLU passes what is positive as it is, so
    the gain does not depend on what follows.
    Parameters: gain (1).
    """
    if len(shape) != 2:
        raise FillerError(
            "identity fills blobs of 2 axes, not "
            f"{'x'.join(map(str, shape)) or 'a single value'}; dirac fills those of convolutions"
        )
    factor, ones = own_gain(spec), np.arange(min(shape))

    def set_diagonal(values: Values) -> None:
        values.reshape(shape)[ones, ones] = factor

    share = 1 / max(shape) if max(shape) else 0.0
    mean, std = factor * share, factor * sqrt(share * (1 - share))
    said = f"identity {shape[0]}x{shape[1]}, gain {factor:.4g}"
    return Whole(Constant(0.0), set_diagonal, mean, std, said)
