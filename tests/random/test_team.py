"""Threads that are kept while they are needed, and results in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event

import pytest
from running_threads import falls_to, running

from fillerkit.random import team as team_of
from fillerkit.random.team import Team, in_order
from fillerkit.threads import Threads


def test_threads_end_with_the_block_that_needs_them() -> None:
    before = running()
    with Team(5).threads(3) as threads:
        assert threads is not None
        assert running() == before + 3
    assert falls_to(before)


def test_threads_are_kept_while_they_are_held() -> None:
    before, team = running(), Team(5)
    with team.held():
        assert running() == before
        with team.threads(2) as first:
            pass
        with team.threads(1) as second:
            assert second is first
        with team.threads(4):
            assert falls_to(before + 4)
        with team.held():
            pass
        assert running() == before + 4
    assert falls_to(before)


def test_threads_whose_end_is_interrupted_are_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(threads: Threads) -> None:
        raise KeyboardInterrupt

    team = Team(2)
    with (
        monkeypatch.context() as patched,
        pytest.raises(KeyboardInterrupt),
        team.threads(2) as first,
    ):
        patched.setattr(Threads, "end", interrupted)
    assert first is not None
    first.end()
    with team.threads(1) as second:
        assert second is not first


def test_there_are_none_where_the_system_gives_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_of, "started", {3: None}.get)
    with Team(3).threads(3) as threads:
        assert threads is None


def test_results_come_in_order_however_long_each_call_takes() -> None:
    second_is_done = Event()

    def call(number: int) -> int:
        if number == 0:
            assert second_is_done.wait(60)
        if number == 1:
            second_is_done.set()
        return number

    with Team(2).threads(2) as threads:
        assert threads is not None
        made = list(in_order((partial(call, number) for number in range(5)), threads, 3))
    assert made == [0, 1, 2, 3, 4]


def test_a_call_is_asked_for_only_when_it_is_its_turn() -> None:
    asked = []

    def calls() -> Iterator[Callable[[], int]]:
        for number in range(9):
            asked.append(number)
            yield partial(int, number)

    with Team(2).threads(2) as threads:
        assert threads is not None
        made = in_order(calls(), threads, 4)
        assert next(made) == 0
        assert asked == [0, 1, 2, 3]
        assert list(made) == [1, 2, 3, 4, 5, 6, 7, 8]
