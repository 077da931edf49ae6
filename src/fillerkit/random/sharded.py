"""The sharded stream: an engine for each tile of each blob, so that none waits for another."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import TypeVar

import numpy as np

from fillerkit.fillers import Distribution, Whole
from fillerkit.random.engine import Engine, make_engine
from fillerkit.random.pieces import KEPT, pieces
from fillerkit.random.sample import fill
from fillerkit.random.streams import Blob, Floats, processors
from fillerkit.random.team import Team, in_order

Made = TypeVar("Made")

TILE = 1 << 19
"""Values of a tile. It is part of what "sharded" means: another number would make other bits."""

_WORDS = 624
"""Words of the state of MT19937, all of which a tile's hash fills."""


class ShardedStream:
    """An engine for each `TILE` values of each blob, seeded by who they are.

    An engine's state is the hash of the seed, the layer's name, the blob's index and the tile's:
    SHAKE-256, as many bytes as MT19937 has words for. So no two tiles share a state by anything
    but chance, and a tile's values depend on nothing besides.

    Parameters
    ----------
    seed
        From 0 to 2^32 - 1.
    boost
        As for Caffe's stream.
    jobs
        Threads that make tiles; as many as there are processors unless given. The values do not
        depend on it.
    """

    def __init__(self, seed: int, boost: str, jobs: int | None = None) -> None:
        self._seed = seed
        self._boost = boost
        self._team = Team(jobs or processors())

    def held(self) -> AbstractContextManager[None]:
        """Keep the threads that make one blob for the next, until the block ends."""
        return self._team.held()

    def skip(self, count: int) -> None:
        """Nothing to pass over: no value depends on the draws before it."""

    def discard(self, distribution: Distribution, count: int, dtype: type[np.floating]) -> None:
        """Nothing to pass over either."""

    def fill(self, blob: Blob, distribution: Distribution, out: Floats) -> None:
        base = distribution.base if isinstance(distribution, Whole) else distribution
        tiles = -(-out.size // TILE)

        def make(tile: int) -> None:
            self._fill_tile(blob, base, tile, out[tile * TILE : (tile + 1) * TILE])

        if self._team.jobs == 1 or tiles == 1:
            for tile in range(tiles):
                make(tile)
        else:
            # Twice as many as there are threads: none is idle while the first tile is not ready.
            deque(self._made(make, tiles, 2 * self._team.jobs), 0)
        if isinstance(distribution, Whole):
            distribution.change(out)

    def chunks(
        self, blob: Blob, distribution: Distribution, count: int, dtype: type[np.floating]
    ) -> Iterator[Floats]:
        if isinstance(distribution, Whole):
            values = np.empty(count, dtype)
            self.fill(blob, distribution, values)
            yield from pieces(values, TILE)
            return
        tiles = -(-count // TILE)
        ahead = min(self._team.jobs, tiles)
        # A buffer is used again once KEPT pieces more have been asked for, and never while others
        # are still being made ahead.
        buffers = [np.empty(min(TILE, count), dtype) for _ in range(min(tiles, KEPT + ahead))]

        def make(tile: int) -> Floats:
            out = buffers[tile % len(buffers)][: min(TILE, count - tile * TILE)]
            self._fill_tile(blob, distribution, tile, out)
            return out

        yield from self._made(make, tiles, ahead)

    def _made(self, make: Callable[[int], Made], tiles: int, ahead: int) -> Iterator[Made]:
        """What `make` makes of each tile, in order, up to `ahead` at once or waiting."""
        with self._team.threads(self._team.jobs) as threads:
            if threads:
                yield from in_order((partial(make, tile) for tile in range(tiles)), threads, ahead)
            else:
                yield from map(make, range(tiles))

    def slice(
        self,
        blob: Blob,
        distribution: Distribution,
        count: int,
        dtype: type[np.floating],
        span: range,
    ) -> Floats:
        """The values from `span.start` to `span.stop` of a blob of `count`, without the others.

        Only what `Whole` changes has to be made in full.
        """
        if isinstance(distribution, Whole):
            whole = np.empty(count, dtype)
            self.fill(blob, distribution, whole)
            return whole[span.start : span.stop].copy()
        out = np.empty(len(span), dtype)
        for tile in range(span.start // TILE, -(-span.stop // TILE)):
            begin = tile * TILE
            values = np.empty(min(TILE, count - begin), dtype)
            self._fill_tile(blob, distribution, tile, values)
            first, end = max(span.start, begin), min(span.stop, begin + values.size)
            out[first - span.start : end - span.start] = values[first - begin : end - begin]
        return out

    def _fill_tile(self, blob: Blob, distribution: Distribution, tile: int, out: Floats) -> None:
        fill(distribution, out, self._engine(blob, tile))

    def _engine(self, blob: Blob, tile: int) -> Engine:
        layer, index = blob
        name = layer.encode("utf-8", "surrogatepass")
        identity = b"fillerkit sharded\0%d\0%d\0%d\0%s" % (self._seed, index, tile, name)
        words = hashlib.shake_256(identity).digest(4 * _WORDS)
        return make_engine(np.frombuffer(words, "<u4").astype(np.uint32), self._boost)
