"""The values of one blob, made by several threads with the bits of one.

A part is what begins at so many draws. Each thread moves an engine to its part's first draw
(jump.py) without making those before it. A uniform takes one draw, or is dropped and takes one
more: a part then has a value less, and the next begins where it would have begun. A gaussian may
take more draws than one, so where a part's first value begins is not known. But nearly every
candidate takes the same number of draws, so two readers that began at different draws soon begin
the same candidate, and all that follow: a part begins to read a little ahead of its first value,
and that is where another reader would have come to.

It is not taken for granted. Parts are put together in order, and where the one before did not end
at the draw at which a part begins, that part is made again from there. So by induction the values
are those of one engine, whatever was guessed.

Parts cover no more draws than all values need at least, so never hold too many values; what is
missing then is made the same way, till there is little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from ctypes import memmove
from dataclasses import dataclass
from functools import partial
from itertools import count as numbers

import numpy as np
from numpy.typing import NDArray

from fillerkit.fillers import Constant, Gaussian, Uniform
from fillerkit.random.compiled import KernelEngine
from fillerkit.random.pieces import IN_PARTS, KEPT
from fillerkit.random.team import Team, in_order
from fillerkit.threads import Threads

Floats = NDArray[np.floating]
Room = Callable[[int, int], Floats]
Drawn = Constant | Uniform | Gaussian

LEAST = IN_PARTS // 2
"""Draws of a part at least: moving an engine by so many takes a third of making their values."""
IN_MEMORY, IN_PIECES = 1 << 22, 1 << 20
"""Draws of a part at most where its values go to memory that is there, and where they are handed
out in pieces, which are better small. All are powers of two: an engine is moved by so many in one
jump, and the pairs of Boost 1.55 are not cut."""


@dataclass(frozen=True)
class Manner:
    """How the values of a distribution take draws.

    Attributes
    ----------
    distribution
    pace
        The fewest draws that a value takes.
    lead
        Draws after which two readers have met, all but surely.
    """

    distribution: Uniform | Gaussian
    pace: int
    lead: int

    def draws(self, count: int) -> int:
        """Draws that `count` values take at least, behind the lead."""
        return count * self.pace - self.lead

    def make(self, engine: KernelEngine, out: Floats, draws: int) -> int:
        """Fill `out` as far as values begin among the next `draws`; return how many there are."""
        if isinstance(self.distribution, Uniform):
            return engine.uniform_part(self.distribution.low, self.distribution.high, out, draws)
        return engine.gaussian_part(self.distribution.mean, self.distribution.std, out, draws)


def manner(distribution: Drawn, dtype: type[np.floating], boost: str) -> Manner | None:
    """How the values take draws; None where only one thread can make them.

    In float32, about 97 in 100 candidates of a ziggurat take one draw. In float64 most take two,
    and two readers meet only where one of them meets a candidate of three: one in 30.
    """
    single = dtype is np.float32
    if isinstance(distribution, Constant):
        return None
    if isinstance(distribution, Uniform):
        return Manner(distribution, pace=1, lead=0)
    if boost == "1.55":  # pairs: what is dropped moves those behind it, and readers never meet
        return Manner(distribution, pace=1, lead=0) if single else None
    return Manner(distribution, pace=1 if single else 2, lead=64 if single else 4096)


def chunks_in_parts(
    distribution: Drawn, count: int, dtype: type[np.floating], engine: KernelEngine, team: Team
) -> Iterator[Floats]:
    """The first of `count` values, in pieces of which `KEPT` live at a time.

    The engine is always after the last value that was handed out. The caller makes those that are
    missing in the end.
    """
    how = manner(distribution, dtype, engine.boost)
    plan = how and _Plan.of(how.draws(count), team.jobs, IN_PIECES)
    if not how or not plan:
        return
    with team.threads(plan.jobs) as threads:
        if threads:
            yield from _parts(how, count, engine, plan, threads, _buffers(dtype, plan.jobs))


def fill_in_parts(distribution: Drawn, out: Floats, engine: KernelEngine, team: Team) -> int:
    """Make the first values of `out`; return how many. The engine is then after the last one."""
    how = manner(distribution, out.dtype.type, engine.boost)
    if not how:
        return 0
    plan = _Plan.of(how.draws(out.size), team.jobs, IN_MEMORY)
    if not plan:
        return 0
    with team.threads(plan.jobs) as threads:
        return _fill(how, out, engine, plan, threads) if threads else 0


def _fill(how: Manner, out: Floats, engine: KernelEngine, plan: _Plan, threads: Threads) -> int:
    """A part is made where it belongs if each draw before it makes a value, and moved there else.

    That is never to the right, so a part that is moved never comes over one that is made.
    """
    done = 0

    def room(start: int, most: int) -> Floats:
        return out[start : start + most]

    for values in _parts(how, out.size, engine, plan, threads, room):
        place = out[done : done + values.size]
        if place.ctypes.data != values.ctypes.data:
            memmove(place.ctypes.data, values.ctypes.data, values.nbytes)
        done += values.size
    return done


def thin_in_parts(probability: float, out: Floats, engine: KernelEngine, team: Team) -> int:
    """Thin the first values of `out` as `Engine.thin` does; return how many, as `fill_in_parts`."""
    plan = _Plan.of(out.size, team.jobs, IN_MEMORY)
    if not plan:
        return 0
    size, starts = plan.size, _Starts(engine, plan)

    def thin(part: int) -> KernelEngine:
        at = starts.take(part)
        at.thin(probability, out[part * size : (part + 1) * size])
        return at

    with team.threads(plan.jobs) as threads:
        if not threads:
            return 0
        calls = (partial(thin, starts.expect(part)) for part in range(out.size // size))
        for at in in_order(calls, threads, _ahead(plan.jobs)):
            engine.go_to(at)
    return out.size // size * size


@dataclass(frozen=True)
class _Plan:
    """Of how many draws a part is, and how many threads make parts."""

    size: int
    jobs: int

    @classmethod
    def of(cls, draws: int, jobs: int, most: int) -> _Plan | None:
        """The largest parts of which each thread has one; None where parts do not pay."""
        if jobs == 1 or draws < 2 * LEAST:
            return None
        size = most
        while size > LEAST and size * jobs > draws:
            size //= 2
        return cls(size, min(jobs, draws // size))


def _ahead(jobs: int) -> int:
    """Parts that are being made or wait: no thread is idle while the first is not ready."""
    return jobs + 2


def _buffers(dtype: type[np.floating], jobs: int) -> Room:
    """Room for parts that are used up one after the other, others being made ahead of them."""
    buffers = [np.empty(0, dtype)] * (KEPT + _ahead(jobs))
    turns = numbers()

    def room(start: int, most: int) -> Floats:
        turn = next(turns) % len(buffers)
        if buffers[turn].size < most:
            buffers[turn] = np.empty(most, dtype)
        return buffers[turn]

    return room


def _parts(
    how: Manner,
    count: int,
    engine: KernelEngine,
    plan: _Plan | None,
    threads: Threads,
    room: Room,
) -> Iterator[Floats]:
    """The first of `count` values in order, till so few are missing that parts do not pay.

    `room` is told how many values are before a part, as far as is known, and how many it may have;
    it says where they are made.
    """
    done = 0
    while plan:
        wave = _Wave(how, engine, plan)
        calls = wave.calls(how.draws(count - done) // plan.size, done, room)
        for part in in_order(calls, threads, _ahead(plan.jobs)):
            values = wave.joined(part)
            done += values.size
            yield values
        plan = _Plan.of(how.draws(count - done), plan.jobs, plan.size)


@dataclass(frozen=True)
class _Part:
    """What a thread made.

    Attributes
    ----------
    begin, end
        The draws at which its first value begins, and from which no value of it begins.
    out, made
        Where its values are, and how many.
    engine
        The engine after the last one.
    """

    begin: int
    end: int
    out: Floats
    made: int
    engine: KernelEngine


class _Wave:
    """Parts of one size, one after the other from where an engine is.

    Where next to every draw makes a value, the wave ends soon after a draw that was dropped: the
    parts behind it are not where they belong.
    """

    def __init__(self, how: Manner, engine: KernelEngine, plan: _Plan) -> None:
        self._how, self._engine, self._size = how, engine, plan.size
        self._first = engine.position
        self._starts = _Starts(engine, plan)
        self._dropped = False

    def calls(self, number: int, done: int, room: Room) -> Iterator[Callable[[], _Part]]:
        """What makes each part, the `done` values before them being made."""
        for part in range(number):
            if self._dropped:
                return
            before = part * self._size + (self._how.lead if part else 0)
            draws = self._size + (0 if part else self._how.lead)
            out = room(done + before // self._how.pace, draws // self._how.pace)
            yield partial(self._make, self._starts.expect(part), out)

    def _make(self, part: int, out: Floats) -> _Part:
        engine = self._starts.take(part)
        if part:
            self._how.make(engine, out, self._how.lead)
        return self._made(engine, self._first + (part + 1) * self._size + self._how.lead, out)

    def _made(self, engine: KernelEngine, end: int, out: Floats) -> _Part:
        begin = engine.position
        made = self._how.make(engine, out, end - begin)
        return _Part(begin, end, out, made, engine)

    def joined(self, part: _Part) -> Floats:
        """The values of the next part, which begins where the engine is or is made again there."""
        if part.begin != self._engine.position:
            part = self._made(self._engine.copy(), part.end, part.out)
        self._engine.go_to(part.engine)
        if not self._how.lead:
            self._dropped |= part.made < self._size or self._engine.position > part.end
        return part.out[: part.made]


class _Starts:
    """Engines at each `size` draws from where one is, every one made from an earlier one."""

    def __init__(self, engine: KernelEngine, plan: _Plan) -> None:
        self._size = plan.size
        self._reach = 1 << (plan.jobs - 1).bit_length()  # a power of two: it is one jump
        self._engines: dict[int, Future[KernelEngine]] = {}
        self.expect(0)
        self._engines[0].set_result(engine.copy())

    def expect(self, part: int) -> int:
        """Make the next part known, before a thread takes its engine."""
        self._engines.setdefault(part, Future())
        self._engines.pop(part - 4 * self._reach, None)
        return part

    def take(self, part: int) -> KernelEngine:
        """An engine at the first draw of a part: for the thread that makes the part."""
        if part == 0:
            return self._engines[0].result().copy()
        back = min(self._reach, 1 << (part.bit_length() - 1))
        try:
            engine = self._engines[part - back].result().copy()
            engine.skip(back * self._size)
        except BaseException as error:  # other threads wait for it
            self._engines[part].set_exception(error)
            raise
        self._engines[part].set_result(engine.copy())
        return engine
