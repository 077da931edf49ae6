"""What the values of a blob are: distributions, with mean and std in closed form.

A distribution says nothing of engines or draws; `fillerkit.random` turns it into values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan, sqrt
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import FillerError, Keyword

Values = NDArray[np.floating]

DTYPES: Mapping[str, type[np.floating]] = {"float32": np.float32, "float64": np.float64}
"""The types of Caffe's nets, in which fillers compute, by name."""


@dataclass(frozen=True)
class Constant:
    """One value everywhere; takes no draws."""

    value: float

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def std(self) -> float:
        """0."""
        return 0.0

    def __str__(self) -> str:
        return f"constant {self.value:.4g}"


@dataclass(frozen=True)
class Uniform:
    """Every value from low to high is as likely as any other."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse an interval that is none."""
        if not self.low <= self.high:
            raise FillerError(f"no uniform reaches from {self.low:g} to {self.high:g}")

    @classmethod
    def symmetric(cls, limit: float) -> Uniform:
        """From -limit to limit."""
        return cls(-limit, limit)

    @property
    def mean(self) -> float:
        """(low + high) / 2."""
        return self.low / 2 + self.high / 2

    @property
    def std(self) -> float:
        """(high - low) / sqrt(12)."""
        return self.high / sqrt(12) - self.low / sqrt(12)

    def __str__(self) -> str:
        if self.low == -self.high:
            return f"uniform ±{self.high:.4g}, std {self.std:.4g}"
        return f"uniform {self.low:.4g} to {self.high:.4g}, std {self.std:.4g}"


@dataclass(frozen=True)
class Gaussian:
    """The normal distribution."""

    mean: float
    std: float

    def __post_init__(self) -> None:
        """Refuse a spread that is none."""
        if not self.std > 0:
            raise FillerError(f"no gaussian has a std of {self.std:g}")

    def __str__(self) -> str:
        mean = f"mean {self.mean:.4g}, " if self.mean else ""
        return f"gaussian {mean}std {self.std:.4g}"


@dataclass(frozen=True)
class Truncated:
    """A normal distribution without what is beyond `CUT` of its sigmas; `std` is what is left.

    Attributes
    ----------
    mean, std : float
        Of the values.
    """

    mean: float
    std: float

    CUT: ClassVar[float] = 2.0
    """In sigmas: values beyond are drawn again."""

    LEFT: ClassVar[float] = 0.8796256610342398
    """sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)): the std that is left of a sigma of 1 by the cut.

    A number, so that its last bit is not a C library's.
    """

    def __post_init__(self) -> None:
        """Refuse a spread that is none."""
        if not self.std > 0:
            raise FillerError(f"no truncated gaussian has a std of {self.std:g}")

    @property
    def sigma(self) -> float:
        """Of the normal distribution before the cut."""
        return self.std / self.LEFT

    def __str__(self) -> str:
        mean = f"mean {self.mean:.4g}, " if self.mean else ""
        return f"gaussian cut at ±{self.CUT * self.sigma:.4g}, {mean}std {self.std:.4g}"


@dataclass(frozen=True)
class Sparse:
    """Values of another distribution of which each is kept with a probability, else made 0."""

    kept: Gaussian
    probability: float

    @property
    def mean(self) -> float:
        """The probability times the mean of what is kept."""
        return self.probability * self.kept.mean

    @property
    def std(self) -> float:
        """sqrt(p (mean^2 + std^2) - (p mean)^2)."""
        square = self.kept.mean**2 + self.kept.std**2
        return sqrt(self.probability * square - self.mean**2)

    def __str__(self) -> str:
        return f"{self.kept}, {self.probability:.4g} of it kept, std {self.std:.4g}"


@dataclass(frozen=True)
class Whole:
    """Values of another distribution that a function then changes, all of a blob at once.

    Attributes
    ----------
    base : Constant, Uniform, Gaussian or Sparse
        Where the values come from; Constant for what takes no draws.
    change : callable
        Gets the flat values of the blob in its dtype and overwrites them.
    mean, std : float
        In closed form, or an approximation that `words` names as one.
    words : str
        What a person is told.
    """

    base: Constant | Uniform | Gaussian | Sparse
    change: Callable[[Values], None]
    mean: float
    std: float
    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, eq=False)
class Given:
    """Values that are there already, as ``blobs { }`` of a prototxt are; takes no draws.

    Attributes
    ----------
    values : numpy.ndarray
        Flat.
    where : str
        In words.
    """

    values: Values
    where: str = "in the prototxt"

    def __eq__(self, other: object) -> bool:
        """Whether the values are the same bits, of the same type and from the same place."""
        if not isinstance(other, Given):
            return NotImplemented
        mine, theirs = (
            (each.values.dtype, each.values.tobytes(), each.where) for each in (self, other)
        )
        return mine == theirs

    def __hash__(self) -> int:
        return hash((self.values.tobytes(), self.where))

    @property
    def mean(self) -> float:
        """Of the values themselves."""
        return float(np.mean(self.values, dtype=np.float64))

    @property
    def std(self) -> float:
        """Of the values themselves."""
        return float(np.std(self.values, dtype=np.float64))

    def __str__(self) -> str:
        return f"given {self.where}, mean {self.mean:.4g}, std {self.std:.4g}"


class NotHere(Whole):
    """Values that are in a file that is not here; takes no draws, and cannot be made."""

    def __init__(self, words: str, *error: str | Keyword) -> None:
        """Raise a `FillerError` of the words `error` where the values are needed."""

        def missing(values: Values) -> None:
            raise FillerError(*error, field="file")

        super().__init__(Constant(0.0), missing, nan, nan, words)


def only_value(distribution: Distribution) -> float | None:
    """The value that a blob has everywhere, or None where values differ or are drawn."""
    if isinstance(distribution, Constant):
        return distribution.value
    if isinstance(distribution, Given) and (distribution.values == distribution.values[:1]).all():
        return float(distribution.values[0])
    return None


Distribution = Constant | Uniform | Gaussian | Truncated | Sparse | Whole | Given
"""What a filler may answer."""
