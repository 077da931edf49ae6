"""How many values feed one unit, and how many units one value feeds: fan-in and fan-out."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.schema.forks_pb2 import FillerParameter


def fan_in(shape: Sequence[int]) -> int:
    """Elements for each index of axis 0: the inputs of one output unit of a weight."""
    if not shape:
        raise FillerError("needs a blob with axes; this one is a single value")
    return prod(shape) // shape[0] if shape[0] else 0


def fan_out(shape: Sequence[int]) -> int:
    """Elements for each index of axis 1; all of them where there is one axis only."""
    if len(shape) < 2:
        return prod(shape)
    return prod(shape) // shape[1] if shape[1] else 0


def fan(spec: FillerParameter, shape: Sequence[int], dtype: type[np.floating]) -> np.floating:
    """The n of a filler whose variance is a constant over n, as ``variance_norm`` chooses it.

    It is computed in `dtype`, as Caffe does, so that a fan above 2^24 is rounded in float32.
    """
    inputs, outputs = fan_in(shape), fan_out(shape)
    if spec.variance_norm == FillerParameter.AVERAGE:
        return dtype(inputs + outputs) / dtype(2)
    return dtype(outputs if spec.variance_norm == FillerParameter.FAN_OUT else inputs)
