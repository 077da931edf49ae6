"""Threads that carry out calls, and calls whose results are wanted in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Made = TypeVar("Made")


class Team:
    """A number of threads that are started when they are first needed.

    Parameters
    ----------
    jobs
        How many at most.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ThreadPoolExecutor | None = None
        self._running = 0
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the threads for the next who needs some, until the block ends."""
        before, self._held = self._held, True
        try:
            yield
        finally:
            self._held = before
            if not before:
                self._end()

    @contextmanager
    def threads(self, number: int) -> Iterator[ThreadPoolExecutor | None]:
        """At least so many threads, all running; None where the system does not give so many."""
        if self._running < number:
            self._end()
            self._pool = _started(number)
            self._running = number if self._pool else 0
        try:
            yield self._pool
        finally:
            if not self._held:
                self._end()

    def _end(self) -> None:
        if self._pool:
            self._pool.shutdown()
            self._pool, self._running = None, 0


def _started(number: int) -> ThreadPoolExecutor | None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event

    pool, gate = ThreadPoolExecutor(number), Event()
    try:
        for _ in range(number):
            pool.submit(gate.wait)
    except RuntimeError:
        gate.set()
        pool.shutdown()
        return None
    gate.set()
    return pool


def in_order(
    calls: Iterable[Callable[[], Made]], pool: ThreadPoolExecutor, ahead: int
) -> Iterator[Made]:
    """What each call returns; up to `ahead` of them are carried out at once or wait.

    A call is asked for when it is its turn to wait. No more of them wait, for who is interrupted
    waits for those, and a signal would seem not to be seen.
    """
    waiting: deque[Future[Made]] = deque()
    for call in calls:
        waiting.append(pool.submit(call))
        if len(waiting) == ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
