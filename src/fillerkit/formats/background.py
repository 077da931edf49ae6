"""Writing on a thread of its own, so that the next values are made while the last are written."""

from __future__ import annotations

import _thread
from errno import EAGAIN
from mmap import mmap
from queue import Queue
from types import TracebackType
from typing import Any, BinaryIO

_NO_THREAD = "no thread can be started to write it"
_ROOM = 1 << 20
"""Bytes that a thread needs to begin; with less it dies, and Python says so on the terminal."""
_PATIENCE = 10.0
"""Seconds in which a thread begins, if it does."""
AHEAD = 2
"""How many buffers may wait; with the one that is being written, `AHEAD` + 1 are in use."""


class BackgroundWriter:
    """Writes buffers to a file in the order they come; an error comes out at the next call.

    The file takes a buffer whole, as that of `whole_file` does.

    A buffer must stay as it is until `AHEAD` + 1 more have been written after it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.position = file.tell()
        self._file = file
        self._queue: Queue[Any] = Queue(AHEAD)
        self._error: BaseException | None = None
        self._begun, self._ended = _thread.allocate_lock(), _thread.allocate_lock()
        self._begun.acquire()
        self._ended.acquire()
        mmap(-1, _ROOM).close()  # or the error says that memory is missing
        # threading's would wait for ever for one that dies for want of memory before it runs.
        try:
            _thread.start_new_thread(self._run, ())
        except RuntimeError:
            raise BlockingIOError(EAGAIN, _NO_THREAD) from None
        if not self._begun.acquire(timeout=_PATIENCE):
            raise BlockingIOError(EAGAIN, _NO_THREAD)

    def write(self, buffer: memoryview | bytes) -> None:
        """Hand a buffer over; waits while too many wait."""
        self._check()
        self._queue.put(buffer)
        self.position += len(buffer)

    def seek(self, position: int) -> None:
        """Go on at a byte of the file."""
        self._check()
        self._queue.put(position)
        self.position = position

    def flush(self) -> None:
        """Wait until all that was handed over is written."""
        self._queue.join()
        self._check()

    def __enter__(self) -> BackgroundWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait until all is written."""
        self._queue.put(None)
        self._ended.acquire()
        if error is None:
            self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        self._begun.release()
        try:
            while self._write_next():
                pass
        finally:
            self._ended.release()

    def _write_next(self) -> bool:
        """Do the next task, if it is not the end."""
        task = self._queue.get()
        if task is None:
            return False
        try:
            if self._error is not None:
                pass
            elif isinstance(task, int):
                self._file.seek(task)
            else:
                self._file.write(task)
        except BaseException as error:
            self._error = error
        finally:
            self._queue.task_done()
        return True
