"""The truncated_gaussian filler."""

from __future__ import annotations

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Truncated
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("truncated_gaussian", reads=("mean", "std"))
def truncated_gaussian(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Truncated:
    """N(mean, sigma^2) without what is beyond 2 sigma; sigma is such that the values' std is std.

    No unit starts with a weight so large that it alone saturates it. Cutting at 2 sigma leaves
    the variance sigma^2 (1 - 4 phi(2) / (2 Phi(2) - 1)), with phi and Phi the density and the
    distribution function of N(0, 1), so sigma = std / 0.8796 (Johnson, Kotz & Balakrishnan,
    Continuous Univariate Distributions 1, 1994, chapter 13). All values are drawn first, then
    those beyond again, in order, until none is: 4.6% the first time. It is the truncated normal of
    TensorFlow's and Keras' VarianceScaling; their plain TruncatedNormal does not correct the std:
    its stddev is sigma.
    Parameters: mean (0), std (1).
    """
    if not spec.std > 0:
        raise FillerError(
            f"std must be above 0, not {spec.std:g}; for one value everywhere use constant",
            field="std",
        )
    return Truncated(spec.mean, spec.std)
