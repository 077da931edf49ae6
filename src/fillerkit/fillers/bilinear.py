"""The bilinear filler."""

from __future__ import annotations

from math import ceil

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Constant, Values, Whole
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("bilinear", reads=())
def bilinear(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """The kernel of bilinear interpolation, in every channel; for upsampling Deconvolutions.

    With f = ceil(k / 2) and c = (k - 1) / (2 f), the value at (y, x) is
    (1 - |x / f - c|) (1 - |y / f - c|). Meant for stride f, kernel 2 f - f % 2, pad
    ceil((f - 1) / 2), group = num_output = channels and no bias (Long et al. 2015).
    """
    if len(shape) != 4 or shape[2] != shape[3]:
        raise FillerError(
            "bilinear fills blobs of 4 axes with a square kernel, "
            f"not {'x'.join(map(str, shape)) or 'a single value'}"
        )
    size = shape[3]
    factor = ceil(size / 2)
    center = dtype((size - 1) / (2.0 * factor)) if factor else dtype(0)
    ramp = dtype(1) - np.abs(np.arange(size, dtype=dtype) / dtype(max(factor, 1)) - center)
    kernel = np.outer(ramp, ramp)

    def repeat_kernel(values: Values) -> None:
        values.reshape(-1, size, size)[...] = kernel

    mean = float(kernel.mean()) if size else 0.0
    std = float(kernel.std()) if size else 0.0
    return Whole(Constant(0.0), repeat_kernel, mean, std, f"bilinear kernel {size}x{size}")
