"""The positive_unitball filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Uniform, Values, Whole
from fillerkit.fillers.fan import fan_in
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("positive_unitball", reads=())
def positive_unitball(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Whole:
    """U(0, 1), each unit's inputs divided by their sum: all positive, adding up to 1.

    With n inputs the mean is 1/n and the std about 1/(n sqrt(3)), the sum being close to n/2.
    Keeps the sum of a layer's outputs within the range of its inputs.
    """
    n = fan_in(shape)

    def divide_rows(values: Values) -> None:
        rows = values.reshape(shape[0], n)
        for row in rows:
            # Caffe adds from left to right; NumPy's sum adds in pairs, its cumsum does not.
            row /= np.cumsum(row)[-1]

    return Whole(
        Uniform(0.0, 1.0),
        divide_rows,
        1 / n if n else 0.0,
        1 / (n * 3**0.5) if n > 1 else 0.0,
        f"uniform rows that sum to 1, mean {1 / n if n else 0:.4g}",
    )
