"""The bilinear filler."""

from __future__ import annotations

from math import ceil

import numpy as np

from fillerkit.fillers.distributions import Whole
from fillerkit.fillers.kernels import everywhere, kernel_side
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("bilinear", reads=())
def bilinear(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """The kernel of bilinear interpolation, in every channel; for upsampling Deconvolutions.

    With f = ceil(k / 2) and c = (k - 1) / (2 f), the value at (y, x) is
    (1 - |x / f - c|) (1 - |y / f - c|). Meant for stride f, kernel 2 f - f % 2, pad
    ceil((f - 1) / 2), group = num_output = channels and no bias (Long et al. 2015).
    """
    size = kernel_side("bilinear", shape)
    factor = ceil(size / 2)
    center = dtype((size - 1) / (2.0 * factor)) if factor else dtype(0)
    ramp = dtype(1) - np.abs(np.arange(size, dtype=dtype) / dtype(max(factor, 1)) - center)
    return everywhere(np.outer(ramp, ramp), f"bilinear kernel {size}x{size}")
