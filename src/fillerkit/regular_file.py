"""Files that can be read to their end, at once.

At a pipe, opening waits for who writes to it; a device may never end, or do something when it is
opened. What a net names may be either.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def check_regular(path: str | os.PathLike[str]) -> None:
    """Refuse a path to what is no regular file; a folder too, in the system's words.

    Raises
    ------
    OSError
        With a ``strerror`` for people.
    """
    mode = Path(path).stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file")


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file to read its bytes; see `check_regular` for what else is there."""
    check_regular(path)
    return open(path, "rb")
