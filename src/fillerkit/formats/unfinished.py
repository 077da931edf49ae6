"""The file that is written until it is whole, and what runs that were killed left of theirs.

It lies beside the file whose place it takes and is called ``.<name>.<random>.part``. Who writes it
holds a lock on it, which the system takes back when the process ends, however it ends. So one
without a lock is nobody's, and the next run that writes a file of that name removes it. Where the
system has no such locks nothing is removed.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

if sys.platform != "win32":
    import fcntl

_NAME = 200  # bytes of the target's name that are in its own; the whole may be as long as can be
_EARLY = 1 << 24  # bytes of a file that is to stay that the disk is given at a time


@contextmanager
def unfinished(
    target: Path, mode: int = 0o666, *, stays: bool = False
) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a new file beside `target`, and say what it is called; an error removes it.

    What was left behind beside `target` is removed first, so that there is room. When the block
    ends well the file stays, if the block has not renamed it. The disk gets one that `stays` while
    it is written, so that ``fsync`` has little left to wait for.
    """
    _clean(target)
    while True:
        part = target.with_name(f"{_start(target)}{os.urandom(8).hex()}.part")
        try:
            with _Unbuffered(part, "x+b", opener=partial(os.open, mode=mode)) as file:
                file.stays = stays
                if _is_ours(file.fileno()):
                    yield part, cast("BinaryIO", file)
                    return
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise


@contextmanager
def nameless(target: Path) -> Iterator[BinaryIO]:
    """Open a new file beside `target` that is gone when it is closed."""
    with unfinished(target, 0o600) as (part, file):
        part.unlink()
        yield file


def reserve(file: BinaryIO, size: int) -> None:
    """Give a file its room at once: a disk without so much is told of now."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
    else:
        file.truncate(size)


class _Unbuffered(io.FileIO):
    """A file without a buffer that takes all that it is given, as libraries expect of files.

    The system takes less where the disk is nearly full, and of more than 2 GiB.
    """

    stays = False
    _on_its_way = 0

    def write(self, data: ReadableBuffer, /) -> int:
        whole = rest = memoryview(data).cast("B")
        while rest:
            rest = rest[super().write(rest) :]
        if self.stays:
            self._give_to_disk()
        return len(whole)

    def _give_to_disk(self) -> None:
        """Have the system begin to bring to the disk what is new, without waiting for it.

        Linux does so when it is told that these pages are not needed in memory; they stay there
        until the disk has them, and after that too.
        """
        if sys.platform == "linux":
            begin, end = self._on_its_way, self.tell()
            if end - begin >= _EARLY:
                with suppress(OSError):
                    os.posix_fadvise(self.fileno(), begin, end - begin, os.POSIX_FADV_DONTNEED)
                self._on_its_way = end


def _start(target: Path) -> str:
    """What the names of the unfinished files of a target begin with."""
    name = os.fsencode(target.name)
    if len(name) <= _NAME:
        return f".{target.name}."
    return f".{name[:_NAME].decode(sys.getfilesystemencoding(), 'ignore')}."  # of whole letters


def _is_ours(file: int) -> bool:
    """Lock a new file; False if another run took it for one that was left, and removes it."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # there are no locks on this disk, so nobody removes it
        return os.fstat(file).st_nlink > 0
    return True


def _clean(target: Path) -> None:
    """Remove the unfinished files of a target that nobody writes any more."""
    if sys.platform != "win32":
        left = re.compile(re.escape(_start(target)) + r"[0-9a-f]{16}\.part")
        with suppress(OSError), os.scandir(target.parent) as found:
            for each in found:
                if left.fullmatch(each.name) and each.is_file(follow_symlinks=False):
                    _remove_unlocked(Path(each))


def _remove_unlocked(path: Path) -> None:
    with suppress(OSError):  # it is another person's, or removed by another run
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # needs no right to write
            path.unlink()
        finally:
            os.close(file)
