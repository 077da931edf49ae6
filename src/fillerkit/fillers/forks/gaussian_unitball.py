"""Happynear's gaussian_unitball filler, and the one that it became."""

from __future__ import annotations

from math import sqrt

import numpy as np

from fillerkit.fillers.distributions import Gaussian, Values, Whole
from fillerkit.fillers.fan import fan_in
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("gaussian_unitball", reads=())
def gaussian_unitball(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Whole:
    """N(0, 1), each unit's inputs divided by their length: directions, all of them equally likely.

    The squares of a unit's n inputs sum to 1, so the std is 1 / sqrt(n). For layers that compare
    directions, as the last of NormFace and AM-Softmax does (happynear/caffe-windows, branch ms,
    include/caffe/filler.hpp). 1e-12 is added to the sum of the squares, which are summed from
    left to right, as the reference BLAS does. A BLAS that sums in another order has other last
    bits. ``mean`` and ``std`` are not looked at.
    """
    return _unit_rows(shape, 1e-12)


@filler("uestc", reads=())
def uestc(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """N(0, 1), each unit's inputs divided by their length: gaussian_unitball without the 1e-12.

    GuohongWu/caffe-windows, branch experiment, include/caffe/filler.hpp.
    """
    return _unit_rows(shape, 0.0)


def _unit_rows(shape: tuple[int, ...], extra: float) -> Whole:
    n = fan_in(shape)

    def make_unit(values: Values) -> None:
        real = values.dtype.type
        for row in values.reshape(shape[0], n):
            # NumPy's dot and sum add in an order of their own, its cumsum from left to right.
            square = real(float(np.cumsum(row * row)[-1]) + extra)
            row *= real(1) / np.sqrt(square)

    std = 1 / sqrt(max(n, 1))
    return Whole(
        Gaussian(0.0, 1.0), make_unit, 0.0, std, f"gaussian rows of length 1, std {std:.4g}"
    )
