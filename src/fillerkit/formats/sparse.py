"""A file in memory, of any size, that takes only as much memory as was written to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_PAGE = 4096


class SparseFile(io.RawIOBase):
    """What was never written reads as zeros, and takes no room.

    Attributes
    ----------
    size : int
        In bytes, with what takes no room.
    """

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self._pages: dict[int, bytearray] = {}
        self._at = 0

    def pages(self) -> Iterator[tuple[int, bytes]]:
        """Where something was written: a page's first byte, and the page, the last one cut."""
        for number, page in sorted(self._pages.items()):
            begin = number * _PAGE
            if begin < self.size:
                yield begin, bytes(page[: self.size - begin])

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}
        self._at = start[whence] + offset
        return self._at

    def truncate(self, size: int | None = None, /) -> int:
        self.size = self._at if size is None else size
        return self.size

    def write(self, data: ReadableBuffer, /) -> int:
        rest = whole = memoryview(data).cast("B")
        while rest:
            number, offset = divmod(self._at, _PAGE)
            piece = rest[: _PAGE - offset]
            page = self._pages.setdefault(number, bytearray(_PAGE))
            page[offset : offset + len(piece)] = piece
            rest = rest[len(piece) :]
            self._at += len(piece)
        if whole:
            self.size = max(self.size, self._at)
        return len(whole)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        rest = memoryview(buffer).cast("B")[: max(0, self.size - self._at)]
        length = len(rest)
        while rest:
            number, offset = divmod(self._at, _PAGE)
            page = self._pages.get(number, bytes(_PAGE))
            piece = page[offset : offset + len(rest)]
            rest[: len(piece)] = piece
            rest = rest[len(piece) :]
            self._at += len(piece)
        return length
