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


def is_there(path: str | os.PathLike[str]) -> bool:
    """Whether a path leads to something that can be looked at."""
    return _mode(path) != 0


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether it leads to a regular file."""
    return stat.S_ISREG(_mode(path))


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether it leads to a folder."""
    return stat.S_ISDIR(_mode(path))


def _mode(path: str | os.PathLike[str]) -> int:
    """What the system says of it; 0 where it says nothing, as of a name that is too long."""
    try:
        return Path(path).stat().st_mode if os.fspath(path) else 0
    except (OSError, ValueError):
        return 0


def check_regular(path: str | os.PathLike[str]) -> None:
    """Refuse a path to what is no regular file; a folder too, in the system's words.

    Raises
    ------
    OSError
        With a ``strerror`` for people.
    """
    try:
        mode = Path(path).stat().st_mode
    except ValueError:
        raise OSError(errno.EINVAL, "its name has a null byte") from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file")


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file to read its bytes; see `check_regular` for what else is there."""
    check_regular(path)
    return open(path, "rb")
