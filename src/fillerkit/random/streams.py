"""Streams of draws: who seeds the engine that makes a blob's values.

`CaffeStream` has one engine for the whole net, as Caffe has: the same bits, and each blob's values
depend on every draw before them. `ShardedStream`, in a file of its own, has one for each tile of
each blob: any tile can be made alone, in any order, on any thread. The values of both are made by
the same code.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import UsageError
from fillerkit.fillers import Distribution
from fillerkit.random.engine import BOOSTS, BOOSTS_TOLD, NEWEST_BOOST, make_engine
from fillerkit.random.marks import Mark, marks, part
from fillerkit.random.sample import chunks, discard, fill
from fillerkit.random.team import Team

Floats = NDArray[np.floating]
Blob = tuple[str, int]
"""A blob's layer and its index there."""

STREAMS = ("caffe", "sharded")
"""The names of the streams."""


_HEARD = 16
"""Draws of one layer that are kept: data layers have up to five."""


class Stream(Protocol):
    """Where the values of a net come from, blob after blob in Caffe's order."""

    def held(self) -> AbstractContextManager[None]:
        """Keep the threads that make one blob for the next, until the block ends."""

    def skip(self, count: int) -> None:
        """Pass over draws that Caffe makes for something that is not a weight."""

    def discard(self, distribution: Distribution, count: int, dtype: type[np.floating]) -> None:
        """Pass over the draws of a blob that nobody keeps."""

    def fill(self, blob: Blob, distribution: Distribution, out: Floats) -> None:
        """Make all values of a blob, in a flat array."""

    def chunks(
        self, blob: Blob, distribution: Distribution, count: int, dtype: type[np.floating]
    ) -> Iterator[Floats]:
        """The same values in pieces, of which `fillerkit.random.KEPT` live at a time."""


class CaffeStream:
    """One engine, seeded as Caffe's ``random_seed`` seeds it; it goes on from fill to fill.

    Parameters
    ----------
    seed
        From 0 to 2^32 - 1.
    boost
        The Boost that the imitated Caffe was built with, as for `fillerkit.Net.fill`.
    jobs
        Threads that make the values of long blobs; as many as there are processors unless given.
        The values do not depend on it.

    Examples
    --------
    A process of Caffe's has one engine for all of its nets: here is the second of two.

    >>> import fillerkit as fk
    >>> import numpy as np
    >>> engine, weight = fk.CaffeStream(1701), np.empty(3, np.float32)
    >>> engine.skip(2)
    >>> engine.fill(("ip", 0), fk.Uniform(0.0, 1.0), weight)
    """

    def __init__(self, seed: int, boost: str = NEWEST_BOOST, *, jobs: int | None = None) -> None:
        self.boost = check_boost(boost)
        self._team = Team(check_jobs(jobs) or processors())
        self._engine = make_engine(check_seed(seed), boost)
        self._heard: list[tuple[int, ...]] | None = None

    @property
    def position(self) -> int:
        """How many draws of 32 bits were taken since the seed."""
        return self._engine.position

    def held(self) -> AbstractContextManager[None]:
        """Keep the threads that make one blob for the next, until the block ends."""
        return self._team.held()

    def take(self, count: int) -> NDArray[np.uint32]:
        """The next draws themselves, numbers of 32 bits."""
        if count < 0:
            raise UsageError(f"{count} draws cannot be taken")
        return self._engine.take(count)

    def skip(self, count: int) -> None:
        """Pass over draws of 32 bits; of many it takes no longer than of few."""
        if count < 0:
            raise UsageError(f"{count} draws cannot be passed over")
        if self._heard is not None:
            heard = self._engine.take(min(count, _HEARD))
            self._heard.append(tuple(map(int, heard)))
            count -= len(heard)
        self._engine.skip(count)

    @contextmanager
    def heard(self) -> Iterator[list[tuple[int, ...]]]:
        """Keep the draws that are passed over until the block ends.

        Yields
        ------
        list of tuple of int
            One item for each call of `skip`: its first draws, 16 at most. A fill passes over the
            draws of every layer of a net, in order, also where there are none.
        """
        self._heard = []
        try:
            yield self._heard
        finally:
            self._heard = None

    def discard(self, distribution: Distribution, count: int, dtype: type[np.floating]) -> None:
        """Pass over the draws that `count` values would take."""
        discard(distribution, count, dtype, self._engine, self._team)

    def fill(self, blob: Blob, distribution: Distribution, out: Floats) -> None:
        """Make values into a flat array of floats; which blob's they are makes no difference."""
        if out.ndim != 1 or not out.flags.carray or out.dtype not in (np.float32, np.float64):
            raise UsageError(
                "values are made into a flat array without gaps, of this machine's float32 or "
                f"float64 and to be written to; this one is {out.dtype.str}{list(out.shape)}"
            )
        fill(distribution, out, self._engine, self._team)

    def chunks(
        self, blob: Blob, distribution: Distribution, count: int, dtype: type[np.floating]
    ) -> Iterator[Floats]:
        """The same values in pieces; see `Stream.chunks`."""
        yield from chunks(distribution, count, dtype, self._engine, self._team)

    def marks(self, distribution: Distribution, count: int, dtype: type[np.floating]) -> list[Mark]:
        """Pass over a blob; return where in the stream its values begin, some of them."""
        return marks(distribution, count, dtype, self._engine, self._team)

    def part(
        self,
        distribution: Distribution,
        marks: Sequence[Mark],
        span: range,
        count: int,
        dtype: type[np.floating],
    ) -> Floats:
        """The values of a span of a blob that has marks, which the stream has not passed."""
        return part(distribution, marks, span, count, dtype, self._engine, self._team)


def check_seed(seed: int) -> int:
    """The seed, if it is one: 32 bits."""
    try:
        number = operator.index(seed)
    except TypeError:
        raise UsageError(f"a seed is a whole number, not {seed!r}") from None
    if not 0 <= number < 2**32:
        raise UsageError(f"a seed is a number from 0 to {2**32 - 1}, not {number}")
    return number


def check_jobs(jobs: int | None) -> int | None:
    """The number of threads, if it is one."""
    if jobs is not None and (not isinstance(jobs, int) or jobs < 1):
        raise UsageError(f"jobs is a number of threads, 1 or more, not {jobs!r}")
    return jobs


def processors() -> int:
    """How many this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def check_boost(boost: str) -> str:
    """The generation of Boost, if it is one."""
    if boost not in BOOSTS:
        raise UsageError(f"boost is one of {BOOSTS_TOLD}, as a string, not {boost!r}")
    return boost
