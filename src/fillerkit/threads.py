"""Threads that carry out calls, for a main thread that a signal may end at any moment.

Ctrl-C raises an error wherever the main thread is. Between two steps of `threading.Condition`, on
which `Queue` and `ThreadPoolExecutor` are built, it leaves a lock taken for ever, and the process
hangs. So all that is waited in here is a `SimpleQueue`, which is written in C.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar, cast

Made = TypeVar("Made")

_PATIENCE = 10.0
"""Seconds in which a thread begins, if it does: one without memory dies before that."""


class Answer(Generic[Made]):
    """What a call returns or raises, some time."""

    def __init__(self) -> None:
        self._said: SimpleQueue[tuple[Made | None, BaseException | None]] = SimpleQueue()

    def give(self, call: Callable[[], Made]) -> None:
        """Carry out the call."""
        try:
            self._said.put((call(), None))
        except BaseException as error:
            self._said.put((None, error))

    def get(self) -> Made:
        """Wait for it; it can be had once."""
        made, error = self._said.get()
        if error is not None:
            raise error
        return cast(Made, made)


class Threads:
    """Threads that carry out calls in the order in which they are submitted.

    Attributes
    ----------
    running : int
        How many there are.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], Any], Answer[Any]] | None] = SimpleQueue()
        self._begun: SimpleQueue[None] = SimpleQueue()
        self._ended: SimpleQueue[None] = SimpleQueue()
        self.running = 0

    def start(self) -> bool:
        """Start one more; False where the system gives none."""
        try:
            _thread.start_new_thread(self._run, ())
            self._begun.get(timeout=_PATIENCE)
        except (RuntimeError, Empty):
            return False
        self.running += 1
        return True

    def submit(self, call: Callable[[], Made]) -> Answer[Made]:
        """Have a call carried out by the next thread that has nothing to do."""
        answer: Answer[Made] = Answer()
        self._calls.put((call, answer))
        return answer

    def end(self) -> None:
        """Wait until all calls are carried out and all threads are done."""
        for _ in range(self.running + 1):  # one may run that nobody counted: see `started`
            self._calls.put(None)
        while self.running:
            self._ended.get()
            self.running -= 1

    def _run(self) -> None:
        self._begun.put(None)
        while self._carry_out_next():
            pass
        self._ended.put(None)

    def _carry_out_next(self) -> bool:
        """Carry out a call, if one comes; nothing of it is kept here."""
        task = self._calls.get()
        if task is None:
            return False
        call, answer = task
        answer.give(call)
        return True


def started(number: int) -> Threads | None:
    """So many threads, all running; None where the system does not give so many.

    The last one may begin all the same where it began too late, or a signal came before it was
    counted: it ends with the others.
    """
    threads, all_run = Threads(), False
    try:
        all_run = all(threads.start() for _ in range(number))
    finally:
        if not all_run:
            threads.end()
    return threads if all_run else None
