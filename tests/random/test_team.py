"""Threads that carry out calls, and their results in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Thread

import pytest

from fillerkit.random.team import in_order, team


def test_all_threads_of_a_team_run_before_the_first_call() -> None:
    before = threading.active_count()
    pool = team(3)
    assert pool is not None
    with pool:
        assert threading.active_count() == before + 3
    assert threading.active_count() == before


def test_there_is_no_team_where_one_of_its_threads_cannot_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = Thread.start
    started: list[Thread] = []

    def only_two(thread: Thread) -> None:
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(Thread, "start", only_two)
    assert team(3) is None
    assert not any(thread.is_alive() for thread in started)


def test_results_come_in_order_however_long_each_call_takes() -> None:
    second_is_done = Event()

    def call(number: int) -> int:
        if number == 0:
            assert second_is_done.wait(60)
        if number == 1:
            second_is_done.set()
        return number

    pool = team(2)
    assert pool is not None
    with pool:
        made = list(in_order((partial(call, number) for number in range(5)), pool, 3))
    assert made == [0, 1, 2, 3, 4]


def test_a_call_is_asked_for_only_when_it_is_its_turn() -> None:
    asked = []

    def calls() -> Iterator[Callable[[], int]]:
        for number in range(9):
            asked.append(number)
            yield partial(int, number)

    pool = team(2)
    assert pool is not None
    with pool:
        made = in_order(calls(), pool, 4)
        assert next(made) == 0
        assert asked == [0, 1, 2, 3]
        assert list(made) == [1, 2, 3, 4, 5, 6, 7, 8]
