"""Intel's gabor filler."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, exp, pi, sin
from typing import NamedTuple

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Values, Whole
from fillerkit.fillers.kernels import ZERO, shown
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


class _Wave(NamedTuple):
    """A wave under a bell, and how strong it is in red, green and blue."""

    height: float = 1.0
    bell: float = 0.6
    speed: float = pi
    phase: float = 0.0
    angle: float = 0.0
    colors: tuple[float, float, float] = (1.0, 1.0, 1.0)


@filler("gabor", reads=())
def gabor(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """Waves under a bell, of several directions, widths and colors: a first layer that sees edges.

    Unit k is height exp(-(x^2 + y^2) / (2 bell^2)) cos((x cos(angle) - y sin(angle)) speed +
    phase), x and y from -1 to 1, times a factor for each of 3 inputs. What those are for each k is
    a table for 4 shapes only: 32x3x5x5 (CIFAR), 64x3x7x7 (GoogLeNet), 64x3x3x3 (VGG) and
    96x3x11x11 (AlexNet). From intel/caffe, include/caffe/gabor.hpp. Takes no draws; worked out in
    float64, whose last bits (and those of a float64 net) are those of the C library's exp and cos.
    """
    wave = _WAVES.get(shape)
    if wave is None:
        raise FillerError(
            f"gabor has tables for {', '.join(map(shown, _WAVES))}, not for {shown(shape)}"
        )
    made = np.array(
        [_drawn(wave(unit, pi * (shape[3] - 1) / 2), shape[3]) for unit in range(shape[0])]
    )
    kernels = made.astype(dtype)

    def set_waves(values: Values) -> None:
        values[...] = kernels.ravel()

    mean, std = float(made.mean()), float(made.std())
    return Whole(ZERO, set_waves, mean, std, f"gabor {shown(shape)}, std {std:.4g}")


def _drawn(wave: _Wave, side: int) -> list[list[list[float]]]:
    """One unit's three kernels."""
    line = [2.0 * place / (side - 1) - 1 for place in range(side)]
    rows = [[_value(wave, x, y) for x in line] for y in line]
    return [[[color * value for value in row] for row in rows] for color in wave.colors]


def _value(wave: _Wave, x: float, y: float) -> float:
    bell = exp(-(x * x + y * y) / (2 * wave.bell * wave.bell))
    along = x * cos(wave.angle) - y * sin(wave.angle)
    return wave.height * bell * cos(along * wave.speed + wave.phase)


def _cifar(k: int, full: float) -> _Wave:
    """Of 32 units; `full` is the speed of the quickest wave."""
    if k < 8:
        return _Wave(0.5, speed=full, angle=k * pi / 8)
    if k < 14:
        return _Wave(0.5, speed=full / 2, angle=(k - 2) % 6 * pi / 6 + pi / 12)
    if k < 16:
        return _Wave(0.5, 0.75, full / 8, k % 2 * pi, colors=(1, -1, 1))
    angle = k % 4 * pi / 2 + pi / 4 + pi / 8
    colors = (1.0, 1.0, 1.0) if k < 20 else (1.0, 0.0, -1.0) if k < 24 else (-1.0, 1.0, 1.0)
    if k >= 30:
        angle, colors = k % 2 * pi / 2 + pi / 4 + pi / 8, (1, 1, 0)
    elif k >= 28:
        angle, colors = k % 2 * pi / 2 + pi / 4 - pi / 8, (-1, 1, -1)
    return _Wave(0.5, speed=full / 4, phase=pi / 2, angle=angle, colors=colors)


def _googlenet(k: int, full: float) -> _Wave:
    """Of 64 units."""
    if k < 32:
        step, phase = k % 8, k % 2 * pi + pi * 12 / 32
        bell, speed = 0.4 + 0.2 * step / 8, full / (1 + step / 2)
        return _Wave(1 / (1 + step / 8), bell, speed, phase, k // 8 * pi / 4)
    if k < 40:
        return _Wave(0.5, 0.45, full, pi, k % 8 * pi / 8)
    if k < 46:
        step = (k - 1) % 3
        return _Wave(
            1 / (1 + step / 2), 1 / (2.5 - step / 2), pi / 4, (k - 1) // 3 * pi, 0, (0.25, -1, 1)
        )
    if k < 48:
        return _Wave(2 / 3, 1, full / 12, pi / 2, k % 8 * pi + pi / 8, (1, 0.1, -0.5))
    if k < 56:
        return _Wave(2 / 3, 1, full / 12, pi / 2, k % 8 * pi / 4 + pi / 32, (-0.5, 0.1, 1))
    angle = k % 8 * pi / 2 + pi / 8
    if k < 60:
        return _Wave(1, 1, full / 12, pi / 2, angle, (0.25, -1, 1))
    return _Wave(2 / 3, 1, full / 12, pi / 2, angle, (-1, -1, 1))


def _vgg(k: int, full: float) -> _Wave:
    """Of 64 units."""
    return _googlenet(k, full)._replace(bell=1.0)


def _alexnet(k: int, full: float) -> _Wave:
    """Of 96 units."""
    third = 1 / 3
    if k < 48:
        step, phase = k % 8, k % 2 * pi + pi * 12 / 32
        bell, speed = 0.5 + 0.2 * step / 8, full / (1 + step / 2)
        return _Wave(third / (1 + step / 8), bell, speed, phase, k // 8 * pi / 6)
    if k < 56:
        step = k % 4
        bell = 1 / (2.5 - step / 2)
        return _Wave(third / (1 + step / 2), bell, pi / 4, k // 4 * pi, 0, (0.25, -1, 1))
    quarter, eighth = k % 4 * pi / 2 + pi / 8, k % 8 * pi / 4 + pi / 32
    if k < 60:
        return _Wave(third / 1.5, 0.75, full / 8, pi / 2, quarter, (-1, 1, -0.5))
    if k < 64:
        return _Wave(third / 3, 2, full / 8, pi / 2, quarter, (1, -0.5, -0.75))
    if k < 72:
        return _Wave(third / 1.5, 0.75, full / 4, pi / 2, eighth, (1, 0.1, -0.75))
    if k < 80:
        return _Wave(third / 1.5, 1, full / 12, pi / 2, eighth, (-0.5, 0.1, 1))
    if k < 88:
        return _Wave(third / 2.5, 1, full / 8, pi / 2, eighth, (-1, -1, 1))
    if k < 92:
        return _Wave(third, 0.6, full / 16, pi / 2, k % 4 * pi / 2 + pi / 16)
    return _Wave(third / 4, 0.75, full / 4, pi / 2, eighth, (-1, -1, 1))


_WAVES: dict[tuple[int, ...], Callable[[int, float], _Wave]] = {
    (32, 3, 5, 5): _cifar,
    (64, 3, 7, 7): _googlenet,
    (64, 3, 3, 3): _vgg,
    (96, 3, 11, 11): _alexnet,
}
