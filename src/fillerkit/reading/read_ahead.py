"""The next batches are read on a thread while the net works on this one."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator
from queue import SimpleQueue
from typing import Generic, TypeVar

from fillerkit.errors import UsageError

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """What a generator yields, the next `depth` items made ahead.

    The generator runs on a thread of its own, which ends with `close`, when nobody has this object
    any more, and with the process. An error of the generator is raised when its place has come,
    and from then on.
    """

    def __init__(self, items: Generator[T, None, None], depth: int) -> None:
        self._made: SimpleQueue[T | BaseException] = SimpleQueue()
        # A semaphore is not fit to be waited for by a thread: see fillerkit/threads.py.
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(depth):
            self._room.put(None)
        self._error: BaseException | None = None
        stop = threading.Event()
        self._thread = threading.Thread(
            target=_make, args=(items, self._made, self._room, stop), daemon=True
        )
        self.close = weakref.finalize(self, _end, self._thread, self._room, stop)
        self._thread.start()

    def __next__(self) -> T:
        if self._error is None:
            if self._made.empty() and not self._thread.is_alive():
                raise UsageError(
                    "the thread that reads its data ahead is not in this process: begin to read "
                    "after the process is forked"
                )
            made = self._made.get()
            if not isinstance(made, BaseException):
                self._room.put(None)
                return made
            self._error = made
        raise self._error


def _make(
    items: Generator[T, None, None],
    made: SimpleQueue[T | BaseException],
    room: SimpleQueue[None],
    stop: threading.Event,
) -> None:
    """Make items as long as there is room for them."""
    try:
        while True:
            room.get()
            if stop.is_set():
                break
            made.put(next(items))
    except BaseException as error:  # whose place is where the item would have been
        made.put(error)
    finally:
        items.close()


def _end(thread: threading.Thread, room: SimpleQueue[None], stop: threading.Event) -> None:
    stop.set()
    room.put(None)
    if thread is not threading.current_thread():
        thread.join()
