"""A file that is there in full or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fillerkit.errors import FormatError
from fillerkit.formats.unfinished import reserve, unfinished

_RESERVED = 1 << 24  # bytes; for less it is not worth a call


@contextmanager
def whole_file(path: Path, least: int = 0) -> Iterator[BinaryIO]:
    """Open a new file for writing that takes the place of `path` when the block ends well.

    It is written under another name in the same folder and renamed at the end, when it is on the
    disk; whatever happens before that leaves what stood at `path` as it was. A link keeps pointing
    where it points, and who may read the old file may read the new one, nobody else.

    `least` is how many bytes it will have at least. They are reserved at once: a disk without room
    for them is told of before anything is made, and writing into them is quicker.
    """
    target = Path(os.path.realpath(path))
    try:
        old = _old(path, target)
        with unfinished(target, 0o666 if old is None else 0o600, stays=True) as (part, file):
            if old is not None:
                _share_as(old, file.fileno())
            if least >= _RESERVED:
                reserve(file, least)
            yield file
            os.fsync(file.fileno())  # else a power cut could leave a file of zeros
            if sys.platform == "win32":
                file.close()  # no file that is open can be renamed there
            part.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FormatError(f"{path}: cannot be written: {reason}") from None


def _old(path: Path, target: Path) -> os.stat_result | None:
    """The file that is to be replaced, if there is one."""
    if not target.parent.is_dir():
        folder = target.parent if path.is_symlink() else path.parent
        raise FormatError(f"{path}: cannot be written: there is no folder '{folder}'")
    try:
        old = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(old.st_mode):
        raise FormatError(f"{path}: is not a regular file, so it cannot be replaced by one")
    return old


def _share_as(old: os.stat_result, file: int) -> None:
    """Give a file to whom another belongs, and let nobody read it who may not read that.

    Only root may give a file away. What a group may do that it cannot be given to is what all may.
    """
    if sys.platform != "win32":
        with suppress(OSError):
            os.fchown(file, -1, old.st_gid)
        with suppress(OSError):
            os.fchown(file, old.st_uid, -1)
        mode = old.st_mode & 0o777
        if os.fstat(file).st_gid != old.st_gid:
            mode = mode & 0o707 | (mode & 0o007) << 3
        os.fchmod(file, mode)
