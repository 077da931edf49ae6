"""Signals as curves: depth against strength on a log axis, with theory, and with what is chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

from fillerkit.signals import LayerSignal, Signal

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 10, 30
_FEW = 2.5  # powers of ten: over fewer, they alone are too few marks for an axis


class Point(NamedTuple):
    """A layer's place in a chart, and the numbers that are told of it."""

    x: float
    y: float
    told: str


@dataclass(frozen=True)
class Curve:
    """One filler's line.

    Attributes
    ----------
    label : str
        The filler, or ``as it is``.
    line, band : str
        Paths; the band is from the least to the greatest over all seeds, "" for one seed.
    points, theory : tuple of Point
        Theory is where the line would be, had the layer changed the signal by theory's factor.
    """

    label: str
    line: str
    band: str
    points: tuple[Point, ...]
    theory: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """A way of the signal: its title, curves, and the axis's powers of ten with their places."""

    title: str
    curves: tuple[Curve, ...]
    ticks: tuple[tuple[str, float], ...]
    depth: int


class Group(NamedTuple):
    """The signals of one filler, the first seed's first."""

    label: str
    signals: tuple[Signal, ...]


class Band(NamedTuple):
    """A strength: the first seed's, the least and the greatest."""

    first: float | None
    least: float | None
    greatest: float | None


def groups(signals: Sequence[Signal]) -> tuple[Group, ...]:
    """Signals by filler, in order."""
    found: dict[str | None, list[Signal]] = {}
    for signal in signals:
        found.setdefault(signal.filler, []).append(signal)
    return tuple(Group(filler or "as it is", tuple(each)) for filler, each in found.items())


def charts(of: Sequence[Group]) -> tuple[Chart, Chart]:
    """The way forward and the way backward."""
    return (
        _chart("Forward: rms of each layer's output", of, _forward),
        _chart("Backward: rms of the gradient there", of, _backward),
    )


def band(signals: Sequence[Signal], at: int, *, gradient: bool = False) -> Band:
    """How strong the layer number `at` is over all seeds."""
    of = [signal.layers[at] for signal in signals]
    values = [each.gradient if gradient else each.rms for each in of]
    there = [value for value in values if value is not None and isfinite(value)]
    return Band(values[0], min(there, default=None), max(there, default=None))


class _Strength(NamedTuple):
    value: float | None
    theory: float | None
    told: str


def _forward(layer: LayerSignal) -> _Strength:
    words = f"{layer.name}: rms {_number(layer.rms)}"
    return _strength(words, layer.rms, layer.factor, layer.factor_theory)


def _backward(layer: LayerSignal) -> _Strength:
    words = f"{layer.name}: gradient {_number(layer.gradient)}"
    return _strength(words, layer.gradient, layer.gradient_factor, layer.gradient_theory)


def _strength(
    words: str, value: float | None, factor: float | None, theory: float | None
) -> _Strength:
    words += f", factor {_number(factor)}" if factor is not None else ""
    words += f", theory {_number(theory)}" if theory is not None else ""
    expected = value * theory / factor if value and factor and theory else None
    return _Strength(value, expected, words)


def _chart(title: str, of: Sequence[Group], look: Callable[[LayerSignal], _Strength]) -> Chart:
    lines = [
        [[look(layer) for layer in signal.weighted] for signal in group.signals] for group in of
    ]
    powers = [
        power
        for group in lines
        for line in group
        for strength in line
        for power in (_power(strength.value), _power(strength.theory))
        if power is not None
    ]
    low, high = min(powers, default=-1.0), max(powers, default=1.0)
    edge = max(0.05 * (high - low), 0.1)
    low, high = low - edge, high + edge
    depth = max((len(line) for group in lines for line in group), default=0)
    space = _Space(depth, low, high)
    curves = tuple(_curve(group.label, line, space) for group, line in zip(of, lines, strict=True))
    return Chart(title, curves, tuple(_ticks(space)), depth)


def _ticks(space: _Space) -> Iterator[tuple[str, float]]:
    """Powers of ten, and within few of them 2 and 5 times those."""
    reach = space.high - space.low
    step = ceil(reach / 8)
    for power in range(ceil(space.low / step) * step - step, floor(space.high) + 1, step):
        for times in (1, 2, 5) if reach < _FEW else (1,):
            place = power + log10(times)
            if space.low <= place <= space.high:
                yield f"{times}e{power}" if reach >= _FEW else f"{10**place:.3g}", space.y(place)


class _Space(NamedTuple):
    """What a chart reaches over."""

    depth: int
    low: float
    high: float

    def x(self, at: int) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * at / max(self.depth - 1, 1), 1)

    def y(self, power: float) -> float:
        share = (power - self.low) / (self.high - self.low)
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share, 1)


def _curve(label: str, lines: Sequence[Sequence[_Strength]], space: _Space) -> Curve:
    points, theory = [], []
    for at, strength in enumerate(lines[0]):
        if (power := _power(strength.value)) is not None:
            points.append(Point(space.x(at), space.y(power), strength.told))
        if (power := _power(strength.theory)) is not None:
            theory.append(Point(space.x(at), space.y(power), strength.told))
    return Curve(label, _path(points), _band(lines, space), tuple(points), tuple(theory))


def _band(lines: Sequence[Sequence[_Strength]], space: _Space) -> str:
    if len(lines) < 2:
        return ""
    least, greatest = [], []
    for at, strengths in enumerate(zip(*lines, strict=True)):
        powers = list(_there(_power(strength.value) for strength in strengths))
        if powers:
            least.append(Point(space.x(at), space.y(min(powers)), ""))
            greatest.append(Point(space.x(at), space.y(max(powers)), ""))
    return _path([*greatest, *reversed(least)])


def _there(powers: Iterator[float | None]) -> Iterator[float]:
    return (power for power in powers if power is not None)


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{point.x} {point.y}" for point in points) if points else ""


def _power(value: float | None) -> float | None:
    return log10(value) if value and value > 0 and isfinite(value) else None


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"
