"""How values vary, and factors as they are written down."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import torch
from torch import Tensor

_PIECE = 1 << 18  # values that are made float64 at once
_DIGITS = 4


def variance(tensors: Sequence[Tensor]) -> float:
    """Of all values of the tensors together, worked out in float64."""
    pieces = [piece for x in tensors for piece in torch.split(x.reshape(-1), _PIECE)]
    count = sum(piece.numel() for piece in pieces)
    if not count:
        return 0.0
    mean = sum(float(piece.sum(dtype=torch.float64)) for piece in pieces) / count
    if not isfinite(mean):
        return float("nan")
    return sum(float((piece.double() - mean).square().sum()) for piece in pieces) / count


def rounded(factor: float) -> float:
    """A factor with four digits, so that what is told of it is what was done.

    It also hides most of what processors round otherwise in the last bits.
    """
    return float(f"{factor:.{_DIGITS}g}")


def rounded_each(factors: Tensor) -> Tensor:
    """The same for every value of a tensor."""
    return torch.tensor([rounded(factor) for factor in factors.tolist()], dtype=torch.float64)
