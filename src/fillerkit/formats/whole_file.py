"""A file that is there in full or not at all."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from fillerkit.errors import FormatError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_RESERVED = 1 << 24  # bytes; for less it is not worth a call
_NAME = 200  # bytes of the name that the unfinished file has; the whole may be as long as can be


@contextmanager
def whole_file(path: Path, least: int = 0) -> Iterator[BinaryIO]:
    """Open a new file for writing that takes the place of `path` when the block ends well.

    It is written under another name in the same folder and renamed at the end; whatever happens
    before that leaves what stood at `path` as it was. A link keeps pointing where it points, and
    who may read the old file may read the new one, nobody else.

    `least` is how many bytes it will have at least. They are reserved at once: a disk without room
    for them is told of before anything is made, and writing into them is quicker.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FormatError(f"{path}: cannot be written: there is no folder '{path.parent}'")
    old = None
    with suppress(OSError):
        old = target.stat()
    if old is not None and not stat.S_ISREG(old.st_mode):
        raise FormatError(f"{path}: is not a regular file, so it cannot be replaced by one")
    name = target.name.encode(errors="surrogateescape")[:_NAME].decode(errors="ignore")
    part = target.with_name(f".{name}.{os.urandom(4).hex()}.part")
    try:
        file = _Unbuffered(part, "x+b")
    except OSError as error:
        raise FormatError(f"{path}: cannot be written: {_reason(error)}") from None
    try:
        with file:
            if old is not None:
                part.chmod(stat.S_IMODE(old.st_mode))
            if least >= _RESERVED and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, least)
            yield cast("BinaryIO", file)
        part.replace(target)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            raise FormatError(f"{path}: cannot be written: {_reason(error)}") from None
        raise


class _Unbuffered(io.FileIO):
    """A file without a buffer that takes all that it is given, as libraries expect of files.

    The system takes less where the disk is nearly full, and of more than 2 GiB.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        whole = rest = memoryview(data).cast("B")
        while rest:
            rest = rest[super().write(rest) :]
        return len(whole)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
