"""Threads that carry out calls, and calls whose results are wanted in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TypeVar

Made = TypeVar("Made")


def team(jobs: int) -> ThreadPoolExecutor | None:
    """A pool whose threads are all running; None where the system does not give so many."""
    pool, gate = ThreadPoolExecutor(jobs), Event()
    try:
        for _ in range(jobs):
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
