"""The thread that reads ahead: bounded, in order, and gone when nobody needs it."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from fillerkit.reading.read_ahead import ReadAhead


def test_items_come_in_order() -> None:
    ahead = ReadAhead((number for number in range(1000)), 3)
    assert [next(ahead) for _ in range(1000)] == list(range(1000))
    ahead.close()


def test_no_more_is_made_ahead_than_there_is_room_for() -> None:
    made, enough = [], threading.Event()

    def items() -> Generator[int, None, None]:
        for number in range(100):
            made.append(number)
            if len(made) == 5:
                enough.set()
            yield number

    ahead = ReadAhead(items(), 4)
    next(ahead)
    assert enough.wait(10)
    ahead.close()
    assert len(made) == 5


def test_an_error_comes_in_its_place_and_stays() -> None:
    def items() -> Generator[int, None, None]:
        yield 1
        raise ValueError("record 2")

    ahead = ReadAhead(items(), 4)
    assert next(ahead) == 1
    for _ in range(2):
        with pytest.raises(ValueError, match="record 2"):
            next(ahead)


def test_the_thread_ends_and_closes_what_it_reads_when_nobody_has_it_any_more() -> None:
    closed = threading.Event()

    def items() -> Generator[int, None, None]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    before = threading.active_count()
    ahead = ReadAhead(items(), 2)
    next(ahead)
    del ahead
    assert closed.is_set()
    assert threading.active_count() == before
