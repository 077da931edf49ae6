"""Threads that are kept as long as they are needed, and calls whose results are wanted in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from fillerkit.threads import Answer, Threads, started

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
        self._threads: Threads | None = None
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
    def threads(self, number: int) -> Iterator[Threads | None]:
        """At least so many threads, all running; None where the system does not give so many."""
        if self._threads is None or self._threads.running < number:
            self._end()
            self._threads = started(number)
        try:
            yield self._threads
        finally:
            if not self._held:
                self._end()

    def _end(self) -> None:
        # Forgotten first: after an interrupt of their end the next call would wait for ever.
        threads, self._threads = self._threads, None
        if threads:
            threads.end()


def in_order(calls: Iterable[Callable[[], Made]], threads: Threads, ahead: int) -> Iterator[Made]:
    """What each call returns; up to `ahead` of them are carried out at once or wait.

    A call is asked for when it is its turn to wait. No more of them wait, for who is interrupted
    waits for those, and a signal would seem not to be seen.
    """
    waiting: deque[Answer[Made]] = deque()
    for call in calls:
        waiting.append(threads.submit(call))
        if len(waiting) == ahead:
            yield waiting.popleft().get()
    while waiting:
        yield waiting.popleft().get()
