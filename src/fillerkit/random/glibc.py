"""The C library's ``rand()`` as glibc has it; Caffe's HDF5Data shuffles with it."""

from __future__ import annotations

from collections import deque
from collections.abc import MutableSequence
from typing import Any

_LAGS = 31


class GlibcRand:
    """A process's ``rand()``, which goes on from caller to caller.

    Nothing in Caffe seeds it, so that every process has the same numbers: those of the seed 1.

    Examples
    --------
    >>> import fillerkit as fk
    >>> fk.GlibcRand().next()
    1804289383
    """

    def __init__(self) -> None:
        state = [1]
        while len(state) < _LAGS:
            state.append(16807 * state[-1] % (2**31 - 1))
        self._state = deque(state[:3], maxlen=_LAGS)
        # The state is first turned by three places, and 310 numbers are thrown away.
        self._state = deque(state[3:] + state[:3], maxlen=_LAGS)
        for _ in range(310):
            self.next()

    def next(self) -> int:
        """The next number, from 0 to 2^31 - 1."""
        number = (self._state[0] + self._state[-3]) % 2**32
        self._state.append(number)
        return number >> 1

    def shuffle(self, items: MutableSequence[Any]) -> None:
        """Shuffle in place, as ``std::random_shuffle`` of libstdc++ does."""
        for at in range(1, len(items)):
            other = self.next() % (at + 1)
            items[at], items[other] = items[other], items[at]
