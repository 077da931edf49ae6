"""Streams of draws: who seeds the engine that makes a blob's values.

`CaffeStream` has one engine for the whole net, as Caffe has: the same bits, and each blob's values
depend on every draw before them. `ShardedStream`, in a file of its own, has one for each tile of
each blob: any tile can be made alone, in any order, on any thread. The values of both are made by
the same code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fillerkit.fillers import Distribution
from fillerkit.random.engine import make_engine
from fillerkit.random.sample import chunks, discard, fill

Floats = NDArray[np.floating]
Blob = tuple[str, int]
"""A blob's layer and its index there."""

STREAMS = ("caffe", "sharded")
"""The names of the streams."""


class Stream(Protocol):
    """Where the values of a net come from, blob after blob in Caffe's order."""

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
    """One engine, seeded as Caffe's ``random_seed`` seeds it."""

    def __init__(self, seed: int, boost: str) -> None:
        self._engine = make_engine(seed, boost)

    def skip(self, count: int) -> None:
        self._engine.skip(count)

    def discard(self, distribution: Distribution, count: int, dtype: type[np.floating]) -> None:
        discard(distribution, count, dtype, self._engine)

    def fill(self, blob: Blob, distribution: Distribution, out: Floats) -> None:
        fill(distribution, out, self._engine)

    def chunks(
        self, blob: Blob, distribution: Distribution, count: int, dtype: type[np.floating]
    ) -> Iterator[Floats]:
        yield from chunks(distribution, count, dtype, self._engine)


def make_stream(name: str, seed: int, boost: str, jobs: int | None) -> Stream:
    """The stream of that name, one of `STREAMS`."""
    if name == "caffe":
        return CaffeStream(seed, boost)
    from fillerkit.random.sharded import ShardedStream

    return ShardedStream(seed, boost, jobs)
