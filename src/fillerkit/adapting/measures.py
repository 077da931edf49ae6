"""How values vary, and factors as they are written down."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import torch
from torch import Tensor

TOO_SMALL = "its values are so small that the factor is no number of their type"
"""Said of a layer whose weights would be infinite."""

_PIECE = 1 << 18  # values that are made float64 at once
_DIGITS = 4
_LEAST = 1e-12  # of the square of the mean: float32 rounds to 6e-8 of a value


def variance(tensors: Sequence[Tensor]) -> float:
    """Of all values of the tensors together, worked out in float64; 0 where it is rounding."""
    pieces = [piece for x in tensors for piece in torch.split(x.reshape(-1), _PIECE)]
    count = sum(piece.numel() for piece in pieces)
    if not count:
        return 0.0
    mean = sum(float(piece.sum(dtype=torch.float64)) for piece in pieces) / count
    if not isfinite(mean):
        return float("nan")
    found = sum(float((piece.double() - mean).square().sum()) for piece in pieces) / count
    return 0.0 if found < _LEAST * mean**2 else found


def mean_square(tensor: Tensor) -> float:
    """Of all values of a tensor, worked out in float64 a piece at a time."""
    pieces = torch.split(tensor.reshape(-1), _PIECE)
    return sum(float(piece.double().square().sum()) for piece in pieces) / tensor.numel()


def by_channel(tensors: Sequence[Tensor], axis: int) -> tuple[Tensor, Tensor]:
    """Mean and variance of each channel of all tensors, likewise."""
    channels = zip(*(tensor.unbind(axis) for tensor in tensors), strict=True)
    found = []
    for parts in channels:
        values = torch.cat([part.reshape(-1) for part in parts]).double()
        found.append(torch.var_mean(values, correction=0))
    mean = torch.stack([each for _, each in found])
    variances = torch.stack([each for each, _ in found])
    variances[variances < _LEAST * mean.square()] = 0
    return mean, variances


def rounded(factor: float) -> float:
    """A factor with four digits, so that what is told of it is what was done.

    It also hides most of what processors round otherwise in the last bits.
    """
    return float(f"{factor:.{_DIGITS}g}")


def rounded_each(factors: Tensor) -> Tensor:
    """The same for every value of a tensor."""
    return torch.tensor([rounded(factor) for factor in factors.tolist()], dtype=torch.float64)
