"""Signals as a small chart of characters: depth against strength, a line a power of ten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor, isfinite, log10

from fillerkit.signals.result import Signal

_LINES = 12
_LEAST = 4


def chart(signals: Sequence[Signal], width: int = 80) -> Iterator[str]:
    """The lines of two charts, forward and backward, a letter a signal.

    Parameters
    ----------
    signals
        Of one net.
    width
        In characters.
    """
    depth = max((len(signal.weighted) for signal in signals), default=0)
    if depth < 2:
        return
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if len(signals) > 1 else "*"
    forward = [[layer.rms for layer in signal.weighted] for signal in signals]
    backward = [[layer.gradient for layer in signal.weighted] for signal in signals]
    yield from _panel(
        "forward: rms of each layer with a weight, first to last", forward, letters, width
    )
    yield ""
    yield from _panel("backward: rms of the gradient at the same layers", backward, letters, width)
    if len(signals) > 1:
        yield ""
        yield "  ".join(
            f"{letter} {signal.filler or 'as it is'}"
            for letter, signal in zip(letters, signals, strict=False)
        )


def _panel(
    title: str, lines: Sequence[Sequence[float | None]], letters: str, width: int
) -> Iterator[str]:
    powers = [log10(value) for line in lines for value in line if value and isfinite(value)]
    if not powers:
        yield f"{title}: nothing to draw"
        return
    high, low = floor(max(powers)) + 1, floor(min(powers))
    step = max(1, -(-(high - low) // _LINES))
    rows = max(_LEAST, -(-(high - low) // step))
    depth = max(len(line) for line in lines)
    columns = max(1, min(4, (width - 9) // depth))
    count = min(depth, width - 9)
    grid = [[" "] * (count * columns) for _ in range(rows)]
    for letter, line in zip(letters, lines, strict=False):
        for at, value in enumerate(line):
            if value and isfinite(value):
                row = (high - 1 - floor(log10(value))) // step
                column = at * count // depth * columns
                cell = grid[row][column]
                grid[row][column] = letter if cell in (" ", letter) else "+"
    yield title
    for index, cells in enumerate(grid):
        yield f"{f'10^{high - step * (index + 1)}':>7} |{''.join(cells)}".rstrip()
