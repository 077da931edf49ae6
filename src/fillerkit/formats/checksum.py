"""CRC-32, which a zip file needs of all that it holds: from the kernels, else from zlib."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any


def _fastest() -> Callable[[Any, int], int]:
    try:
        from fillerkit.random import _kernels

        return _kernels.crc32  # missing where the processor cannot do it faster than zlib
    except (ImportError, AttributeError):
        return zlib.crc32


crc32: Callable[[Any, int], int] = _fastest()
"""``crc32(data, crc)``: the CRC of what `crc` is of, followed by `data`; begin with 0."""
