"""From a distribution to values in a buffer, each distribution its own way of using draws."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING, TypeGuard

import numpy as np
from numpy.typing import NDArray

from fillerkit.fillers import (
    Constant,
    Distribution,
    Gaussian,
    Given,
    Sparse,
    Truncated,
    Uniform,
    Whole,
)
from fillerkit.random.engine import Engine
from fillerkit.random.pieces import IN_C, IN_PARTS, KEPT, pieces
from fillerkit.random.uniform import uniform_span

if TYPE_CHECKING:
    from fillerkit.random.compiled import KernelEngine
    from fillerkit.random.team import Team

Floats = NDArray[np.floating]

CHUNK = 1 << 17
"""Elements worked out at a time: few enough to stay in a processor's cache."""


def check_ends(distribution: Distribution, dtype: type[np.floating]) -> None:
    """FillerError for a distribution of which no draw makes a value: filling would never end.

    Only uniforms can be such. Gaussians of all kinds drop draws before the mean and the std come
    in, and a `Sparse` drops none.
    """
    base = distribution.base if isinstance(distribution, Whole) else distribution
    if isinstance(base, Uniform):
        uniform_span(base.low, base.high, dtype)


def chunks(
    distribution: Distribution,
    count: int,
    dtype: type[np.floating],
    engine: Engine,
    team: Team | None = None,
) -> Iterator[Floats]:
    """The `count` values of a blob, in order, in pieces of which `KEPT` live at a time.

    Memory is bounded by `CHUNK`, or by the parts of a team's threads, except for distributions that
    need the whole blob at once.
    """
    if isinstance(distribution, (Truncated, Sparse, Whole)):
        values = np.empty(count, dtype)
        fill(distribution, values, engine, team)
        yield from pieces(values, CHUNK)
        return
    if isinstance(distribution, Given):
        yield from pieces(distribution.values.astype(dtype, copy=False), CHUNK)
        return
    done = 0
    if team and _parted(engine, count, team):
        from fillerkit.random.parts import chunks_in_parts

        for piece in chunks_in_parts(distribution, count, dtype, engine, team):
            done += piece.size
            yield piece
    buffers = cycle(
        [np.empty(min(count, CHUNK), dtype) for _ in range(min(KEPT, -(-count // CHUNK)))]
    )
    for start in range(done, count, CHUNK):
        piece = next(buffers)[: min(CHUNK, count - start)]
        _fill_piece(distribution, piece, engine)
        yield piece


def fill(distribution: Distribution, out: Floats, engine: Engine, team: Team | None = None) -> None:
    """Fill `out`, one-dimensional and a whole blob, with values of a distribution.

    A team makes long ones in parts, with the same bits.
    """
    if isinstance(distribution, Given):
        out[:] = distribution.values
    elif isinstance(distribution, Whole):
        fill(distribution.base, out, engine, team)
        distribution.change(out)
    elif isinstance(distribution, Truncated):
        _fill_truncated(distribution, out, engine, team)
    elif isinstance(distribution, Sparse):
        fill(distribution.kept, out, engine, team)
        thin(distribution.probability, out, engine, team)
    else:
        done = 0
        if team and _parted(engine, out.size, team):
            from fillerkit.random.parts import fill_in_parts

            done = fill_in_parts(distribution, out, engine, team)
        _fill_piece(distribution, out[done:], engine)


def discard(
    distribution: Distribution,
    count: int,
    dtype: type[np.floating],
    engine: Engine,
    team: Team | None = None,
) -> None:
    """Take the draws that `count` values need, and forget the values.

    What a `Whole` does to its values takes none, and may take long.
    """
    if isinstance(distribution, (Constant, Given)):
        return
    if isinstance(distribution, Whole):
        discard(distribution.base, count, dtype, engine, team)
        return
    for _ in chunks(distribution, count, dtype, engine, team):
        pass


def _parted(engine: Engine, count: int, team: Team) -> TypeGuard[KernelEngine]:
    """Whether several threads may make so many values."""
    return team.jobs > 1 and count >= IN_PARTS and engine.in_parts


def _fill_piece(distribution: Constant | Uniform | Gaussian, out: Floats, engine: Engine) -> None:
    if isinstance(distribution, Constant):
        out.fill(distribution.value)
    elif isinstance(distribution, Uniform):
        engine.uniform(distribution.low, distribution.high, out)
    else:
        engine.gaussian(distribution.mean, distribution.std, out)


def _fill_truncated(
    distribution: Truncated, out: Floats, engine: Engine, team: Team | None
) -> None:
    """The whole blob's gaussians, then new ones for those beyond, in order, until none is.

    Each round is asked of the engine as a blob of its own. The cut is on N(0, 1), before anything
    is rounded: no value is beyond 2 sigma by an ulp either.
    """
    dtype, cut = out.dtype.type, distribution.CUT
    places = [np.empty(0, np.intp)]
    fill(Gaussian(0.0, 1.0), out, engine, team)
    for start in range(0, out.size, IN_C):
        piece = out[start : start + IN_C]
        places.append(start + np.flatnonzero(np.abs(piece) > cut))
    while (beyond := np.concatenate(places)).size:
        places = []
        for part in pieces(beyond, IN_C):
            again = np.empty(part.size, dtype)
            engine.gaussian(0.0, 1.0, again)
            out[part] = again
            places.append(part[np.abs(again) > cut])
    for piece in pieces(out, IN_C):
        piece *= dtype(distribution.sigma)
        piece += dtype(distribution.mean)


def thin(probability: float, out: Floats, engine: Engine, team: Team | None) -> None:
    """Keep each value with a probability: a Bernoulli draw an element, after the whole blob.

    A value dropped is multiplied by 0, not set to it, so the zeros of negative values are -0.0.
    A probability of 0 takes no draws.
    """
    if probability == 0:
        for piece in pieces(out, IN_C):
            piece *= 0
    else:
        done = 0
        if team and _parted(engine, out.size, team):
            from fillerkit.random.parts import thin_in_parts

            done = thin_in_parts(probability, out, engine, team)
        engine.thin(probability, out[done:])
