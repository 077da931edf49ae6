"""A file that is there in full or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fillerkit.errors import FormatError


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for writing that takes the place of `path` when the block ends well.

    It is written under another name in the same folder and renamed at the end; whatever happens
    before that leaves what stood at `path` as it was. A link keeps pointing where it points.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FormatError(f"{path}: cannot be written: there is no folder '{path.parent}'")
    with suppress(OSError):
        if not stat.S_ISREG(target.stat().st_mode):
            raise FormatError(f"{path}: is not a regular file, so it cannot be replaced by one")
    part = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
    try:
        file = open(part, "x+b", buffering=0)
    except OSError as error:
        raise FormatError(f"{path}: cannot be written: {_reason(error)}") from None
    try:
        with file:
            yield file
        part.replace(target)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            raise FormatError(f"{path}: cannot be written: {_reason(error)}") from None
        raise


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
