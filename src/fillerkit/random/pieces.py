"""Buffers a piece at a time: Python sees a signal only between two pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Element = TypeVar("Element", bound=np.generic)

IN_NUMPY = 1 << 18
"""Elements that NumPy works out at a time: few enough to stay in a processor's cache."""

IN_C = 1 << 20
"""Elements that a kernel makes at a time: a few milliseconds, and enough to hide the call."""

IN_PARTS = 1 << 20
"""Elements from which on several threads pay."""

KEPT = 4
"""How many pieces are kept: a piece's memory is used again by the fourth after it."""


def pieces(out: NDArray[Element], most: int) -> Iterator[NDArray[Element]]:
    """The parts of a flat buffer, in order and of `most` elements; the last may have fewer.

    `most` is even, so that gaussians, which Boost 1.55 makes in pairs, are those of the whole.
    """
    for start in range(0, out.size, most):
        yield out[start : start + most]
