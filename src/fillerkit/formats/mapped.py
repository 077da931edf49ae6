"""A file as memory: only what is looked at is read."""

from __future__ import annotations

import mmap
from pathlib import Path

from fillerkit.errors import FormatError


def mapped(path: Path) -> memoryview:
    """The bytes of a file; they stay readable as long as something looks at them."""
    try:
        with open(path, "rb") as file:
            if file.seek(0, 2) == 0:
                raise FormatError(f"{path}: is empty")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        raise FormatError(f"{path}: there is no such file") from None
    except OSError as error:
        raise FormatError(f"{path}: cannot be read: {error.strerror or error}") from None
