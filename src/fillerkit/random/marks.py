"""Marks along a stream: where values of a blob begin, so that any of them can be made alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fillerkit.fillers import Distribution, Gaussian, Sparse, Uniform
from fillerkit.random.engine import Engine
from fillerkit.random.sample import chunks, discard, fill, thin
from fillerkit.random.team import Team

Floats = NDArray[np.floating]
Mark = tuple[int, int]
"""The number of a value in its blob, and the draw at which it begins."""

SPACING = 1 << 20
"""Values between two marks, or a few more."""


def marks(
    distribution: Distribution,
    count: int,
    dtype: type[np.floating],
    engine: Engine,
    team: Team,
) -> list[Mark]:
    """The marks of a blob that begins where the engine is; the engine is then behind the blob.

    The first is that of value 0, the last that of value `count`, the next blob's first unless a
    `Sparse` still has to drop values. What can be made as a whole only has its first mark alone.
    """
    found = [(0, engine.position)]
    drawn = _drawn(distribution)
    if drawn is None:
        discard(distribution, count, dtype, engine, team)
        return found
    done = 0
    for piece in chunks(drawn, count, dtype, engine, team):
        done += piece.size
        if done == count or done - found[-1][0] >= SPACING:
            found.append((done, engine.position))
    if isinstance(distribution, Sparse) and distribution.probability:
        engine.skip(count)
    return _without_even_ones(found) if isinstance(drawn, Uniform) else found


def _without_even_ones(found: list[Mark]) -> list[Mark]:
    """The marks less those beside which no draw was dropped: between the others they are known."""
    lost = [draw - value for value, draw in found]
    return [
        mark
        for i, mark in enumerate(found)
        if i in (0, len(found) - 1) or not lost[i - 1] == lost[i] == lost[i + 1]
    ]


def part(
    distribution: Distribution,
    marks: Sequence[Mark],
    span: range,
    count: int,
    dtype: type[np.floating],
    engine: Engine,
    team: Team,
) -> Floats:
    """The values from `span.start` to `span.stop` of a blob of `count` values, which has marks.

    The engine is at or before the blob's first draw. A blob that can only be made as a whole is.
    """
    drawn = _drawn(distribution)
    if drawn is None:
        engine.skip(marks[0][1] - engine.position)
        whole = np.empty(count, dtype)
        fill(distribution, whole, engine, team)
        return whole[span.start : span.stop].copy()
    # Gaussians of Boost 1.55 come in pairs, the first of which has an even number.
    before = span.start % 2
    out = np.empty(len(span) + before, dtype)
    _go_to(drawn, marks, span.start - before, dtype, engine, team)
    fill(drawn, out, engine, team)
    out = out[before:]
    if isinstance(distribution, Sparse):
        engine.skip(marks[-1][1] + span.start - engine.position)
        thin(distribution.probability, out, engine, team)
    return out


def _go_to(
    drawn: Uniform | Gaussian,
    marks: Sequence[Mark],
    value: int,
    dtype: type[np.floating],
    engine: Engine,
    team: Team,
) -> None:
    """Move the engine to where a value begins, from the last mark before it."""
    before = max(i for i, mark in enumerate(marks) if mark[0] <= value)
    first, draw = marks[before]
    next_value, next_draw = marks[min(before + 1, len(marks) - 1)]
    engine.skip(draw - engine.position)
    if isinstance(drawn, Uniform) and next_value - first == next_draw - draw:
        engine.skip(value - first)  # every draw makes a value
    else:
        discard(drawn, value - first, dtype, engine, team)


def _drawn(distribution: Distribution) -> Uniform | Gaussian | None:
    """What a blob's values are drawn from one by one; None where it is made as a whole."""
    if isinstance(distribution, Sparse):
        return distribution.kept
    return distribution if isinstance(distribution, (Uniform, Gaussian)) else None
