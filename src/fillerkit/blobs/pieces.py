"""Blobs looked at piece by piece, so that one of gigabytes takes little memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import FormatError
from fillerkit.formats.stored import Array

SIZE = 1 << 13
"""Elements of a piece: few enough that arrays of them are made in memory that is at hand, in the
processor's cache; with twice as many it takes three times as long."""


def pieces(array: Array, what: str = "a blob") -> Iterator[Array]:
    """All values in C order, flat, in the byte order of this machine, at most `SIZE` at a time.

    A piece is a view where the array lies in C order, else a copy.

    Raises
    ------
    FormatError
        `what` holds no numbers.
    """
    if array.dtype.kind not in "fiub":
        raise FormatError(f"{what} holds {array.dtype}, not numbers")
    native = array.dtype.newbyteorder("=")
    flat = array.reshape(-1) if array.flags.c_contiguous else array.flat
    for start in range(0, array.size, SIZE):
        yield np.asarray(flat[start : start + SIZE]).astype(native, copy=False)


def exact(piece: Array) -> NDArray[np.float64]:
    """The same numbers in float64; what is no number stays none, in silence."""
    with np.errstate(invalid="ignore"):
        return piece.astype(np.float64, copy=False)
