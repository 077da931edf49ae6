"""Which packed datasets of an HDF5 file are unpacked: those whose file can hold what they say."""

from __future__ import annotations

from math import prod
from typing import Any

MOST = 1100
"""Times the bytes stored that a dataset can have: deflate's limit is 1032."""

_FILTERS = {1: "deflate", 2: "shuffle", 3: "fletcher32"}
"""What the library has itself; other filters are code from the disk."""


def check_packed(dataset: Any, what: str, room: int | None = None) -> None:
    """Refuse a dataset whose values cannot lie in its file, or would need another's code.

    Parameters
    ----------
    dataset : h5py.Dataset
    what
        Which one it is, for messages.
    room
        The most bytes that it may have besides.

    Raises
    ------
    ValueError
    """
    layout = dataset.id.get_create_plist()
    for position in range(layout.get_nfilters()):
        number = layout.get_filter(position)[0]
        if number not in _FILTERS:
            raise ValueError(f"{what} is packed by the filter {number}, not {_FILTERS[1]}")
    needed = dataset.dtype.itemsize * max(prod(dataset.shape), prod(dataset.chunks or ()))
    stored = dataset.id.get_storage_size()
    most = MOST * stored if room is None else min(MOST * stored, room)
    if prod(dataset.shape) and needed > most:
        raise ValueError(f"{what} says it is {needed:,} bytes, which {stored:,} cannot hold")
