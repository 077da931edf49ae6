"""The constant filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Constant
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("constant", reads=("value",))
def constant(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Constant:
    """The same value everywhere; variance 0.

    It is the default of every filler field, with value 0: a weight without a filler is all zeros,
    and a net of such weights passes no signal and learns nothing.
    Parameters: value (0).
    """
    return Constant(spec.value)
