"""pose-drl's lstm filler."""

from __future__ import annotations

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Constant, Whole
from fillerkit.fillers.kernels import placed, shown
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("lstm", reads=("value", "f_gate_bias"))
def lstm(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """A bias of four gates: f_gate_bias in its second quarter, value elsewhere.

    The second gate of Caffe's LSTM is the one that forgets; with a bias above 0 it remembers at
    first (aleksispi/pose-drl, include/caffe/filler.hpp). Takes no draws.
    Parameters: value (0), f_gate_bias (0).
    """
    if len(shape) != 1:
        raise FillerError(f"lstm fills biases, blobs of 1 axis, not {shown(shape)}")
    quarter = shape[0] // 4
    said = f"forget gate {spec.f_gate_bias:.4g}, else constant {spec.value:.4g}"
    index = np.arange(quarter, 2 * quarter)
    return placed(index, spec.f_gate_bias, shape[0], said, Constant(spec.value))
