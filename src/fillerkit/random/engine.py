"""The one source of randomness of a net: MT19937, seeded with 32 bits, and what is drawn from it.

There are two engines with the same bits: `KernelEngine` in C, and the NumPy `ReferenceEngine`,
which is what the other is tested against and what runs where nothing was compiled.
"""

from __future__ import annotations

import os
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import UsageError

Floats = NDArray[np.floating]


class Engine(Protocol):
    """One stream of draws; every method takes the next ones. Buffers are one-dimensional."""

    in_parts: bool
    """Whether several threads can make parts of a blob: see parts.py."""

    @property
    def position(self) -> int:
        """How many draws were taken since the engine was made."""

    def take(self, count: int) -> NDArray[np.uint32]:
        """The next `count` draws."""

    def skip(self, count: int) -> None:
        """Pass over `count` draws, which takes no longer for very many: see jump.py."""

    def uniform(self, low: float, high: float, out: Floats) -> None:
        """Fill `out` with values of [low, high]."""

    def gaussian(self, mean: float, std: float, out: Floats) -> None:
        """Fill `out`, a blob or an even number of its values, with values of N(mean, std^2)."""

    def thin(self, probability: float, out: Floats) -> None:
        """Keep each value of `out` with a probability above 0, multiply the others with 0."""


BOOSTS = ("1.55", "1.58", "1.64")
NEWEST_BOOST = BOOSTS[-1]
"""Generations of Boost that make gaussians differently, each named for a version of it."""
BOOSTS_TOLD = "1.55 (1.55 and earlier), 1.58 (1.56 to 1.63), 1.64 (1.64 and later)"
"""The versions that each name stands for."""


Seed = int | NDArray[np.uint32]
"""A number from 0 to 2^32 - 1, or the 624 words of a whole state."""


def make_engine(seed: Seed, boost: str = "1.64") -> Engine:
    """The fastest engine there is here, seeded with a number or with a whole state.

    `boost` is one of `BOOSTS`; it only matters for gaussians. ``FILLERKIT_KERNELS`` in the
    environment asks for another engine: see `kernel_path`.
    """
    path = kernel_path()
    if path == NUMPY:
        from fillerkit.random.reference import ReferenceEngine

        return ReferenceEngine(seed, boost)
    from fillerkit.random.compiled import KernelEngine

    return KernelEngine(seed, boost, path)


NUMPY = "numpy"
"""The path of `ReferenceEngine`."""


def kernel_path() -> str:
    """What makes the values here: the same bits, but six to forty times slower in NumPy.

    Returns
    -------
    str
        ``"avx512"``, ``"avx2"`` or ``"portable"``: the kernels in C, for the vectors that the
        processor has; ``"numpy"`` where they were not built. ``FILLERKIT_KERNELS`` in the
        environment names another of those that this machine has.

    Raises
    ------
    UsageError
        The environment names what this machine does not have.
    """
    asked = os.environ.get("FILLERKIT_KERNELS")
    if asked == NUMPY:
        return NUMPY
    paths = kernel_paths()
    if not asked:
        return paths[0]
    if asked not in paths:
        raise UsageError(f"FILLERKIT_KERNELS={asked}: this machine has {', '.join(paths)}")
    return asked


def kernel_paths() -> tuple[str, ...]:
    """All paths that this machine has, the fastest first and ``"numpy"`` last."""
    try:
        from fillerkit.random.compiled import PATHS
    except ImportError:
        return (NUMPY,)
    return (*PATHS, NUMPY)
