"""Threads that carry out calls, and a main thread that a signal ends at any moment."""

from __future__ import annotations

import _thread
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest
from running_threads import falls_to, running

from fillerkit import threads as threads_of
from fillerkit.threads import started


def test_all_threads_run_before_the_first_call() -> None:
    before, all_there = running(), Barrier(3)
    threads = started(3)
    assert threads is not None
    answers = [threads.submit(partial(all_there.wait, 60)) for _ in range(3)]
    assert sorted(answer.get() for answer in answers) == [0, 1, 2]
    threads.end()
    assert falls_to(before)


def test_what_a_call_raises_is_raised_where_its_answer_is_wanted() -> None:
    threads = started(1)
    assert threads is not None
    wrong, right = threads.submit(partial(int, "x")), threads.submit(partial(int, "7"))
    assert right.get() == 7
    with pytest.raises(ValueError, match="'x'"):
        wrong.get()
    threads.end()


def test_calls_that_were_submitted_are_carried_out_before_the_end() -> None:
    made: list[int] = []
    threads = started(2)
    assert threads is not None
    for number in range(100):
        threads.submit(partial(made.append, number))
    threads.end()
    assert sorted(made) == list(range(100))


def _dies(run: Callable[[], object], arguments: tuple[()]) -> int:
    """A thread that dies before it begins, as one without memory does."""
    return 0


def _none(run: Callable[[], object], arguments: tuple[()]) -> int:
    raise RuntimeError("can't start new thread")


@pytest.mark.parametrize("third", [_dies, _none])
def test_there_are_none_where_one_of_them_does_not_begin(
    third: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, start = running(), _thread.start_new_thread
    tried: list[Any] = []

    def only_two(run: Callable[[], object], arguments: tuple[()]) -> int:
        tried.append(run)
        return third(run, arguments) if len(tried) == 3 else start(run, arguments)

    monkeypatch.setattr(_thread, "start_new_thread", only_two)
    monkeypatch.setattr(threads_of, "_PATIENCE", 0.01)
    assert started(3) is None
    assert falls_to(before)


def test_a_thread_that_begins_too_late_ends_with_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, start, gate = running(), _thread.start_new_thread, Event()

    def late(run: Callable[[], object], arguments: tuple[()]) -> int:
        return start(lambda: gate.wait(60) and run(), arguments)

    monkeypatch.setattr(_thread, "start_new_thread", late)
    monkeypatch.setattr(threads_of, "_PATIENCE", 0.01)
    assert started(1) is None
    gate.set()
    assert falls_to(before)


def test_a_signal_while_threads_start_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    before, start = running(), _thread.start_new_thread
    tried: list[Any] = []

    def interrupted(run: Callable[[], object], arguments: tuple[()]) -> int:
        tried.append(start(run, arguments))
        if len(tried) == 2:
            raise KeyboardInterrupt
        return 0

    monkeypatch.setattr(_thread, "start_new_thread", interrupted)
    with pytest.raises(KeyboardInterrupt):
        started(3)
    assert falls_to(before)


# A signal comes in the middle of what the main thread does with its threads, again and again, at
# another moment each time; each time all threads end, and the next run finds them in order.
INTERRUPTED = """
import itertools, signal, sys
from functools import partial
from fillerkit.threads import started

ends = 0
def ring(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, ring)
for turn in range(400):
    threads = started(2)
    try:
        signal.setitimer(signal.ITIMER_REAL, 1e-5 + 1e-6 * (turn % 100))
        for number in itertools.count():
            threads.submit(partial(int, number)).get()
    except KeyboardInterrupt:
        ends += 1
    threads.end()
print(ends)
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timer")
def test_a_signal_at_any_moment_leaves_no_thread_waiting() -> None:
    said = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120
    )
    assert (said.stdout, said.stderr) == ("400\n", "")
