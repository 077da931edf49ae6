"""Writing on a thread of its own, so that the next values are made while the last are written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from errno import EAGAIN
from functools import partial
from mmap import mmap
from types import TracebackType
from typing import BinaryIO

from fillerkit.threads import Answer, started

_ROOM = 1 << 20
"""Bytes that a thread needs to begin; with less it dies, and Python says so on the terminal."""
AHEAD = 2
"""How many buffers may wait; with the one that is being written, `AHEAD` + 1 are in use."""


class BackgroundWriter:
    """Writes buffers to a file in the order they come; an error comes out at a later call.

    The file takes a buffer whole, as that of `whole_file` does.

    A buffer must stay as it is until `AHEAD` + 1 more have been written after it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.position = file.tell()
        self._file = file
        self._waiting: deque[Answer[object]] = deque()
        mmap(-1, _ROOM).close()  # or the error says that memory is missing
        thread = started(1)
        if thread is None:
            raise BlockingIOError(EAGAIN, "no thread can be started to write it")
        self._thread = thread

    def write(self, buffer: memoryview | bytes) -> None:
        """Hand a buffer over; waits while too many wait."""
        self._submit(partial(self._file.write, buffer))
        self.position += len(buffer)

    def seek(self, position: int) -> None:
        """Go on at a byte of the file."""
        self._submit(partial(self._file.seek, position))
        self.position = position

    def flush(self) -> None:
        """Wait until all that was handed over is written."""
        while self._waiting:
            self._waiting.popleft().get()

    def __enter__(self) -> BackgroundWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait until all is written."""
        self._thread.end()
        if error is None:
            self.flush()

    def _submit(self, task: Callable[[], object]) -> None:
        self._waiting.append(self._thread.submit(task))
        if len(self._waiting) > AHEAD + 1:
            self._waiting.popleft().get()
