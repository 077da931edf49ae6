"""The stream of 32-bit draws that everything random is made of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fillerkit.random.jump import jump, jumps
from fillerkit.random.pieces import IN_NUMPY

Draws = NDArray[np.uint32]

ROUNDS_TO_ONE = 2**32 - 128
"""Draws from here on make a float32 uniform of 1, which Boost drops."""


_AT_ONCE = 1024


def numbers(seed: int) -> Iterator[int]:
    """The draws of an engine of one's own, one by one."""
    draws = DrawStream(seed)
    while True:
        yield from draws.take(_AT_ONCE).tolist()


class DrawStream:
    """MT19937 with the classic 32-bit seeding, one draw after the other.

    Draws that turn out not to be needed can be given back, so vectorised code may take more than
    it uses and still leave the stream where Caffe would.
    """

    def __init__(self, seed: int | Draws) -> None:
        self._state = np.random.RandomState(seed if isinstance(seed, int) else 0)
        if not isinstance(seed, int):
            self._state.set_state(("MT19937", seed, 624, 0, 0.0))
        self._back: Draws = np.empty(0, np.uint32)
        self._made = 0

    @property
    def position(self) -> int:
        """How many draws were taken and not given back."""
        return self._made - self._back.size

    def take(self, count: int) -> Draws:
        """The next `count` draws."""
        back = self._back
        if count <= back.size:
            self._back = back[count:]
            return back[:count]
        self._made += count - back.size
        fresh: Draws = self._state.randint(0, 2**32, size=count - back.size, dtype=np.uint32)
        if not back.size:
            return fresh
        self._back = back[:0]
        return np.concatenate([back, fresh])

    def give_back(self, draws: Draws) -> None:
        """Put draws back at the front of the stream: they are the next ones again."""
        if draws.size:
            self._back = np.concatenate([draws, self._back])

    def skip(self, count: int) -> None:
        """Pass over the next `count` draws."""
        given_back = min(count, self._back.size)
        self._back = self._back[given_back:]
        exponents, rest = jumps(count - given_back)
        for exponent in exponents:
            state = self._state.get_state(legacy=False)
            state["state"]["key"] = jump(state["state"]["key"], exponent)
            self._state.set_state(state)
            self._made += 1 << exponent
        for start in range(0, rest, IN_NUMPY):
            self.take(min(IN_NUMPY, rest - start))
