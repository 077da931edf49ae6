"""The gaussian filler, dense and sparse."""

from __future__ import annotations

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Gaussian, Sparse
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("gaussian", reads=("mean", "std", "sparse"))
def gaussian(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Gaussian | Sparse:
    """N(mean, std^2); with sparse = k, each unit keeps about k of its inputs, the rest are 0.

    Sparse weights have variance p (mean^2 + std^2) - (p mean)^2 with p = k / num_output: the
    initialisation of deep autoencoders (Martens 2010), where k does not grow with the layer, so
    neither does a unit's input. Parameters: mean (0), std (1), sparse (-1, dense).
    """
    if not spec.std > 0:
        raise FillerError(
            f"std must be above 0, not {spec.std:g}; for one value everywhere use constant",
            field="std",
        )
    dense = Gaussian(spec.mean, spec.std)
    if spec.sparse == -1:
        return dense
    if spec.sparse < -1:
        raise FillerError(
            f"sparse must be -1 (dense), 0 or more, not {spec.sparse}", field="sparse"
        )
    if not shape:
        raise FillerError("sparse needs a blob with axes; this one is a single value")
    if spec.sparse > shape[0]:
        raise FillerError(
            f"sparse {spec.sparse} is more than the {shape[0]} units of axis 0", field="sparse"
        )
    return Sparse(dense, float(dtype(spec.sparse) / dtype(shape[0])))
