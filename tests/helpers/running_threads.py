"""How many threads run in this process."""

from __future__ import annotations

import _thread
import time


def running() -> int:
    """Threads of Python besides the first."""
    return _thread._count()


def falls_to(number: int) -> bool:
    """Wait until no more run than a number; whether so many run then.

    A thread still runs for a moment after it has said that it is done.
    """
    end = time.monotonic() + 60
    while running() > number and time.monotonic() < end:
        pass
    return running() == number
