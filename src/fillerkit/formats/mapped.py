"""A file as memory: only what is looked at is read."""

from __future__ import annotations

import mmap
import stat
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from fillerkit.errors import FormatError
from fillerkit.formats.stored import Array


def mapped(path: Path) -> memoryview:
    """The bytes of a file; they stay readable as long as something looks at them."""
    check_file(path)
    try:
        with open(path, "rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise FormatError(f"{path}: cannot be read: {error.strerror or error}") from None


def check_file(path: Path) -> None:
    """Refuse what is not there, empty, or no regular file: at a pipe, opening would wait."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise FormatError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise FormatError(f"{path}: cannot be read: {reason}") from None
    if not stat.S_ISREG(status.st_mode):
        raise FormatError(f"{path}: cannot be read: it is not a regular file")
    if status.st_size == 0:
        raise FormatError(f"{path}: is empty")


def view(
    data: memoryview, begin: int, end: int, dtype: np.dtype[Any], shape: Sequence[int], what: str
) -> Array:
    """The values that lie in ``data[begin:end]``, read-only and not copied.

    In the machine's byte order: values in the other one are copied.

    Raises
    ------
    ValueError
        They are not floats, or the shape needs more bytes, or fewer, than lie there.
    """
    check_floats(dtype, what)
    said = "x".join(map(str, shape)) or "scalar"
    if min(shape, default=0) < 0 or dtype.itemsize * prod(shape) != end - begin:
        raise ValueError(f"{what} says it is {said} of {dtype}, which {end - begin} bytes are not")
    if not 0 <= begin <= end <= len(data):
        raise ValueError(f"{what} is cut: its values end at byte {end} of {len(data)}")
    values = np.frombuffer(data[begin:end], dtype).reshape(shape)
    return frozen(values)


def check_floats(dtype: np.dtype[Any], what: str) -> None:
    """Refuse values that no blob has."""
    if dtype.kind != "f" or dtype.itemsize not in (2, 4, 8):
        raise ValueError(f"{what} holds {dtype}, not floats of 16, 32 or 64 bits")


def frozen(values: Array) -> Array:
    """The values in the machine's byte order, read-only."""
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    values.flags.writeable = False
    return values
