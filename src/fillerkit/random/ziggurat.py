"""Gaussian values, as Boost 1.56 and later makes them: a ziggurat of 128 layers.

The area under exp(-x^2 / 2), x > 0, is covered by 128 layers of equal area, layer i reaching from
0 to ``x[i]`` (Marsaglia & Tsang 2000). A *candidate* takes a draw (two in float64): its low bits
choose a layer and a sign, the others a place x along the layer. Most places lie under the curve
whatever their height, and are values as they are. The others are *slow*: one more uniform draw
chooses a height between the layer's edges, and the curve decides; layer 0 beyond its box is the
tail, made of exponentials (themselves by a ziggurat, of 256 layers).

So the draws after a slow candidate depend on it, but a slow candidate outside the tail always
takes the same number of draws. That is what lets whole arrays be worked out at once: every
position is looked at as if a candidate began there, and one pass over the few slow positions
tells which of them do begin one.

Up to Boost 1.63 (*plain* below) the curve alone decides on a height, and the exponentials of the
tail are logarithms of uniforms.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fillerkit.random.draws import ROUNDS_TO_ONE, Draws, DrawStream
from fillerkit.random.elementary import log

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class _Table:
    """A ziggurat's layers in the type that values are computed in.

    Differences are taken in float64 and then rounded, as the rounding of Boost's expressions is.
    """

    width: Floats  # x[i]
    inside: Floats  # the least float that is not below x[i + 1]: x < x[i + 1] just when x < inside
    height: Floats  # y[i]
    rise: Floats  # y[i + 1] - y[i]
    step: Floats  # x[i] - x[i + 1]
    convex: NDArray[np.bool_]  # is the curve convex where the layer meets it


@cache
def _corners(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The corners x and y of a ziggurat's layers, as Boost prints them."""
    tables = json.loads(Path(__file__).with_name("ziggurat_tables.json").read_text())[name]
    return np.array(tables["x"]), np.array(tables["y"])


def _table(name: str, dtype: type[np.floating]) -> _Table:
    return _double_table(name) if dtype is np.float64 else _single_table(name)


@cache
def _single_table(name: str) -> _Table:
    return _layers(name, np.float32)


@cache
def _double_table(name: str) -> _Table:
    return _layers(name, np.float64)


def _layers(name: str, dtype: type[np.floating]) -> _Table:
    x, y = _corners(name)
    inside = x[1:].astype(dtype)
    inside = np.where(inside < x[1:], np.nextafter(inside, dtype(np.inf)), inside)
    return _Table(
        width=x[:-1].astype(dtype),
        inside=inside,
        height=y[:-1].astype(dtype),
        rise=np.diff(y).astype(dtype),
        step=(-np.diff(x)).astype(dtype),
        convex=x[:-1] >= 1,
    )


def kernel_tables(dtype: type[np.floating]) -> tuple[Floats, Floats]:
    """The layers of both ziggurats as the kernels want them: rows of one length."""
    return (_double_rows if dtype is np.float64 else _single_rows)()


@cache
def _single_rows() -> tuple[Floats, Floats]:
    return _rows("normal", np.float32), _rows("exponential", np.float32)[:5]


@cache
def _double_rows() -> tuple[Floats, Floats]:
    return _rows("normal", np.float64), _rows("exponential", np.float64)[:5]


def _rows(name: str, dtype: type[np.floating]) -> Floats:
    table = _table(name, dtype)
    rows = np.zeros((6, table.width.size + 1), dtype)
    for row, layers in zip(rows, vars(table).values(), strict=True):
        row[:-1] = layers
    rows[2, -1] = 1  # where the layers end: width 0, height 1
    return rows


def fill_gaussian(
    draws: DrawStream, mean: float, std: float, out: Floats, *, plain: bool = False
) -> None:
    """Fill `out` with values of N(mean, std^2): z * std + mean, each step rounded to its type."""
    dtype = out.dtype.type
    done, spare = 0, 32
    while done < out.size:
        values = _normals(draws, out.size - done, dtype, spare, plain)
        # Nothing at all means a tail longer than the draws at hand: it is tried again with more.
        spare = 32 if values.size else 2 * spare
        out[done : done + values.size] = values
        done += values.size
    out *= dtype(std)
    out += dtype(mean)


def _normals(
    stream: DrawStream, count: int, dtype: type[np.floating], spare: int, plain: bool
) -> Floats:
    """Up to `count` values of N(0, 1); the engine is left after the last one's draws."""
    step = 1 if dtype is np.float32 else 2
    draws = stream.take((count + count // 32 + spare) * step)
    starts = draws.size - step  # positions at which a slow candidate still has its next draw
    bucket = draws[:starts] & np.uint32(255)
    layer = (bucket >> np.uint32(1)).astype(np.intp)
    table = _table("normal", dtype)
    x = _fractions(draws[: starts + step - 1], dtype) * table.width[layer]
    keep = x < table.inside[layer]
    slow = np.flatnonzero(~keep)
    special = (layer[slow] == 0) | (draws[slow + step] >= ROUNDS_TO_ONE)
    walk = _Walk(draws, starts, slow, special, step, dtype, plain)

    if step == 2:
        keep &= _aligned(walk.ends, starts)
    wedges = walk.wedges
    for offset in range(1, step + 1):
        keep[np.minimum(wedges + offset, starts - 1)] = False
    keep[wedges] = _under_curve(x[wedges], layer[wedges], draws[wedges + step], plain)
    for position, value in walk.specials:
        keep[position : walk.ends[position]] = False
        if value is not None:
            keep[position], x[position] = True, value
    positions = np.flatnonzero(keep[: walk.stop])
    end = walk.stop
    if positions.size >= count:
        positions = positions[:count]
        last = int(positions[-1])
        end = walk.ends.get(last, last + step)
    stream.give_back(draws[end:])
    values = x[positions]
    np.negative(values, out=values, where=(bucket[positions] & np.uint32(1)) == 0)
    return values


class _Walk:
    """The one pass in order: which slow positions begin a candidate, and where each ends.

    Attributes
    ----------
    wedges : array of int
        The positions of slow candidates that take just one draw more.
    specials : list of (int, float or None)
        The positions of the others, worked out one by one, with their values or None.
    ends : dict of int to int
        The position after each slow candidate.
    stop : int
        Where the pass ended: a candidate begins there whose draws may not be at hand.
    """

    def __init__(
        self,
        draws: Draws,
        starts: int,
        slow: NDArray[np.intp],
        special: NDArray[np.bool_],
        step: int,
        dtype: type[np.floating],
        plain: bool,
    ) -> None:
        wedges: list[int] = []
        self.specials: list[tuple[int, np.floating | None]] = []
        self.ends: dict[int, int] = {}
        end = 0
        for position, is_special in zip(slow.tolist(), special.tolist(), strict=True):
            if position < end or (position - end) % step:
                continue
            if is_special:
                reader = _Reader(draws, position, dtype, plain)
                try:
                    value = reader.candidate()
                except IndexError:
                    starts = position
                    break
                self.specials.append((position, value))
                end = reader.position
            else:
                wedges.append(position)
                end = position + step + 1
            self.ends[position] = end
        self.wedges = np.array(wedges, np.intp)
        self.stop = max(end, starts + (starts - end) % step)


def _aligned(ends: dict[int, int], starts: int) -> NDArray[np.bool_]:
    """Where candidates of two draws can begin: each odd-sized slow one shifts all that follow."""
    shift = np.zeros(starts + 1, np.uint8)
    for position, end in ends.items():
        if (end - position) % 2 and end <= starts:
            shift[end] ^= 1
    parity = np.bitwise_xor.accumulate(shift[:starts]) ^ (np.arange(starts) & 1).astype(np.uint8)
    aligned: NDArray[np.bool_] = parity == 0
    return aligned


def _fractions(draws: Draws, dtype: type[np.floating]) -> Floats:
    """The places in [0, 1) that candidates at each position mean, to the type's full precision."""
    high: Floats = (draws >> np.uint32(8)).astype(dtype) * dtype(2.0**-24)
    if dtype is np.float32:
        return high
    low = (draws[1:] & np.uint32(2**29 - 1)).astype(dtype)
    fractions: Floats = (high[:-1] + low) * dtype(2.0**-29)
    return fractions


def _under_curve(
    x: Floats, layer: NDArray[np.intp], draws: Draws, plain: bool
) -> NDArray[np.bool_]:
    """Whether the point at x, at the height in its layer that a draw gives, is under the curve.

    Plainly, the curve is asked. Later a chord and a tangent of the curve decide most cases without
    the exponential, in the order that Boost asks them; in floating point that is not quite the
    same as asking the curve.
    """
    dtype = x.dtype.type
    table = _table("normal", dtype)
    width, bottom = table.width[layer], table.height[layer]
    up = draws.astype(dtype) * dtype(2.0**-32)
    height = bottom + up * table.rise[layer]
    curve = np.exp(-(x * x / dtype(2)).astype(np.float64)).astype(dtype)
    under: NDArray[np.bool_] = height < curve
    if plain:
        return under
    over_chord = table.step[layer] * up - (width - x)
    over_tangent = height - (bottom + (width - x) * bottom * width)
    convex = table.convex[layer]
    over_upper = np.where(convex, over_chord, over_tangent)
    over_lower = np.where(convex, over_tangent, over_chord)
    squeezed: NDArray[np.bool_] = (over_upper < 0) & ((over_lower < 0) | under)
    return squeezed


class _Reader:
    """Works out one candidate at a time from an array of draws; for the rare ones."""

    def __init__(self, draws: Draws, position: int, dtype: type[np.floating], plain: bool) -> None:
        self._plain = plain
        self._draws = draws
        self._dtype = dtype
        self.position = position

    def candidate(self) -> np.floating | None:
        """The size of the value that the slow candidate here makes, or None if it is rejected."""
        table = _table("normal", self._dtype)
        fraction, bucket = self._place()
        layer = bucket >> 1
        if layer == 0:
            return self._tail()
        x = fraction * table.width[layer]
        draw = self._uniform_draw()
        one = np.array([x]), np.array([layer], np.intp), np.array([draw], np.uint32)
        return x if _under_curve(*one, self._plain)[0] else None

    def _tail(self) -> np.floating:
        """A value beyond layer 0: exponentials, kept where they stay under the curve."""
        start = _table("normal", self._dtype).width[1]
        while True:
            if self._plain:
                x = -self._log_of_uniform() / start
                y = -self._log_of_uniform()
            else:
                x = self._exponential() / start
                y = self._exponential()
            if 2 * y > x * x:
                beyond: np.floating = x + start
                return beyond

    def _exponential(self) -> np.floating:
        """A value of the exponential distribution of rate 1; its tail is itself, moved."""
        dtype = self._dtype
        table = _table("exponential", dtype)
        shift = dtype(0)
        while True:
            fraction, layer = self._place()
            x = fraction * table.width[layer]
            value: np.floating = shift + x
            if x < table.inside[layer]:
                return value
            if layer == 0:
                shift += table.width[1]
                continue
            up = dtype(self._uniform_draw()) * dtype(2.0**-32)
            top = table.height[layer + 1] if layer < 255 else dtype(1)
            height = table.height[layer] + up * table.rise[layer]
            over_chord = table.step[layer] * up - (table.width[layer] - x)
            inner = table.width[layer + 1] if layer < 255 else dtype(0)
            over_tangent = height - (top + (inner - x) * top)
            if over_chord < 0 and (over_tangent < 0 or height < dtype(exp(-float(x)))):
                return value

    def _log_of_uniform(self) -> np.floating:
        """The logarithm of 1 minus a uniform."""
        dtype = self._dtype
        rest = np.array([dtype(1) - dtype(self._uniform_draw()) * dtype(2.0**-32)])
        logarithm: np.floating = (log(rest) if dtype is np.float32 else np.log(rest))[0]
        return logarithm

    def _place(self) -> tuple[np.floating, int]:
        """The fraction and the low 8 bits of a candidate."""
        size = 1 if self._dtype is np.float32 else 2
        draws = self._take(size)
        return _fractions(draws, self._dtype)[0], int(draws[0]) & 255

    def _uniform_draw(self) -> int:
        """The next draw that makes a uniform below 1."""
        while True:
            draw = int(self._take(1)[0])
            if self._dtype is not np.float32 or draw < ROUNDS_TO_ONE:
                return draw

    def _take(self, count: int) -> Draws:
        if self.position + count > self._draws.size:
            raise IndexError("the draws at hand end inside a candidate")
        taken = self._draws[self.position : self.position + count]
        self.position += count
        return taken
