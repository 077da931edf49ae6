"""FlowNet2's diagonal filler."""

from __future__ import annotations

from math import prod

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Whole
from fillerkit.fillers.kernels import placed, shown
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("diagonal", reads=("diag_val",))
def diagonal(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """Output n takes the mean of input n's window, times diag_val[n]; 0 for other inputs.

    The whole kernel of output n and input n is diag_val[n] / (height x width); where diag_val has
    no more values, 1 / (height x width). FlowNet2's deploy nets enlarge their flow so
    (lmb-freiburg/flownet2, include/caffe/filler.hpp). Takes no draws.
    Parameters: diag_val (a list; 1).
    """
    if not 1 <= len(shape) <= 4:
        raise FillerError(f"diagonal fills blobs of 1 to 4 axes, not {shown(shape)}")
    inputs, area = prod(shape[1:2]), prod(shape[2:])
    units = min(shape[0], inputs)
    said = list(spec.diag_val)[:units]
    held = np.array(said + [1.0] * (units - len(said)), dtype) / dtype(max(area, 1))
    first = np.arange(units)[:, None] * (inputs + 1) * area
    return placed(
        (first + np.arange(area)).ravel(),
        np.repeat(held, area),
        prod(shape),
        f"diagonal {shown(shape)}",
    )
