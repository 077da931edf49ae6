"""What somebody asks of a training while it runs, and the signals that ask it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from types import FrameType


class Action(Enum):
    """What the loop is asked to do before it goes on."""

    NONE = "none"
    SNAPSHOT = "snapshot"
    STOP = "stop"


class Signals:
    """Signals that have come, as actions; each is handed out once.

    Parameters
    ----------
    effects
        By signal, in the order in which they count, what it asks for.
    """

    def __init__(self, effects: dict[signal.Signals, Action]) -> None:
        self._effects = effects
        self._came: set[int] = set()

    def action(self) -> Action:
        """What is asked for now."""
        for number, effect in self._effects.items():
            if number in self._came:
                self._came.discard(number)
                return effect
        return Action.NONE

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Let the signals ask, and not end the process, for as long as this lasts."""
        before = {number: signal.signal(number, self._take) for number in self._effects}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        self._came.add(number)
