"""Threads that carry out calls, and their results in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Thread

import pytest

from fillerkit.random.team import Team, in_order


def test_all_threads_of_a_team_run_before_the_first_call() -> None:
    before = threading.active_count()
    with Team(5).threads(3) as pool:
        assert pool is not None
        assert threading.active_count() == before + 3
    assert threading.active_count() == before


def test_threads_are_kept_while_they_are_held() -> None:
    before, team = threading.active_count(), Team(5)
    with team.held():
        assert threading.active_count() == before
        with team.threads(2) as first:
            pass
        with team.threads(1) as second:
            assert second is first
        with team.threads(4):
            assert threading.active_count() == before + 4
        with team.held():
            pass
        assert threading.active_count() == before + 4
    assert threading.active_count() == before


def test_there_are_no_threads_where_one_of_them_cannot_be_started(
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
    with Team(3).threads(3) as pool:
        assert pool is None
    assert not any(thread.is_alive() for thread in started)


def test_results_come_in_order_however_long_each_call_takes() -> None:
    second_is_done = Event()

    def call(number: int) -> int:
        if number == 0:
            assert second_is_done.wait(60)
        if number == 1:
            second_is_done.set()
        return number

    with Team(2).threads(2) as pool:
        assert pool is not None
        made = list(in_order((partial(call, number) for number in range(5)), pool, 3))
    assert made == [0, 1, 2, 3, 4]


def test_a_call_is_asked_for_only_when_it_is_its_turn() -> None:
    asked = []

    def calls() -> Iterator[Callable[[], int]]:
        for number in range(9):
            asked.append(number)
            yield partial(int, number)

    with Team(2).threads(2) as pool:
        assert pool is not None
        made = in_order(calls(), pool, 4)
        assert next(made) == 0
        assert asked == [0, 1, 2, 3]
        assert list(made) == [1, 2, 3, 4, 5, 6, 7, 8]
