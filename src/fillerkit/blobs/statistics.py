"""What the values of blobs are like: mean, std, extremes, and how far that is from the theory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite, nan, sqrt

import numpy as np

from fillerkit.blobs.blobs import Blobs, check_blobs
from fillerkit.blobs.pieces import exact, pieces
from fillerkit.errors import UsageError, check_kind
from fillerkit.fillers.distributions import DTYPES
from fillerkit.formats.stored import Alias, Array, Start
from fillerkit.layers.net_layer import Layered

ERRORS_ALLOWED = 6
"""Standard errors that a mean or a std may be away from the theory: chance goes further once in
500 million blobs."""

_ROUNDING = 1e-5  # of what a mean or std is made of; float32 values are rounded
_ABOUT = 0.2  # of a std, where the words do not give it: it is an approximation then


@dataclass(frozen=True)
class Statistics:
    """Statistics of some values; all but the counts are of the finite ones alone.

    Attributes
    ----------
    count : int
        Of all values.
    zeros, nans, infinities : int
        How many are 0 (of either sign), not a number, infinite.
    low, high : float
        The least and the greatest; NaN where there is none.
    mean : float
        NaN where there is none.
    m2, m3, m4 : float
        The sums of the second, third and fourth powers of the distances from the mean.
    """

    count: int = 0
    zeros: int = 0
    nans: int = 0
    infinities: int = 0
    low: float = nan
    high: float = nan
    mean: float = nan
    m2: float = 0.0
    m3: float = 0.0
    m4: float = 0.0

    @classmethod
    def of(cls, values: Array) -> Statistics:
        """Of all values of an array, a piece at a time, summed in float64.

        >>> import numpy as np
        >>> found = Statistics.of(np.array([0, 1, 2, 3, np.inf], np.float32))
        >>> found.mean, found.low, found.high, found.zeros, found.infinities
        (1.5, 0.0, 3.0, 1, 1)
        """
        whole = cls()
        for piece in pieces(values):
            whole = whole.merged(cls.of_piece(piece))
        return whole

    @classmethod
    def of_piece(cls, piece: Array) -> Statistics:
        """Of values that are few enough to be looked at all at once; not of none."""
        count = piece.size
        with np.errstate(all="ignore"):
            zeros = int(np.count_nonzero(piece == 0))
            numbers = exact(piece)
            total = float(numbers.sum())
            nans = infinities = 0
            if not isfinite(total):
                finite = np.isfinite(numbers)
                nans = int(np.count_nonzero(np.isnan(numbers)))
                infinities = count - nans - int(np.count_nonzero(finite))
                numbers = numbers[finite]
                total = float(numbers.sum())
            if not numbers.size:
                return cls(count, zeros, nans, infinities)
            mean = total / numbers.size
            away = numbers - mean
            squares = away * away
            moments = [squares.sum(), (squares * away).sum(), (squares * squares).sum()]
            low, high = float(numbers.min()), float(numbers.max())
        return cls(count, zeros, nans, infinities, low, high, mean, *map(float, moments))

    def merged(self, other: Statistics) -> Statistics:
        """Of the values of both.

        Source: Chan, Golub and LeVeque (1979) for the squares, Pébay, Formulas for Robust,
        One-Pass Parallel Computation of Covariances and Arbitrary-Order Statistical Moments
        (2008) for the higher powers.
        """
        counts = (
            self.count + other.count,
            self.zeros + other.zeros,
            self.nans + other.nans,
            self.infinities + other.infinities,
        )
        a, b = self.finite, other.finite
        if not a or not b:
            some = self if a else other
            return Statistics(*counts, some.low, some.high, some.mean, some.m2, some.m3, some.m4)
        n = a + b
        gap = other.mean - self.mean
        step = gap / n
        m2 = self.m2 + other.m2 + gap * step * a * b
        m3 = (
            self.m3
            + other.m3
            + gap * step * step * a * b * (a - b)
            + 3 * step * (a * other.m2 - b * self.m2)
        )
        m4 = (
            self.m4
            + other.m4
            + gap * step * step * step * a * b * (a * a - a * b + b * b)
            + 6 * step * step * (a * a * other.m2 + b * b * self.m2)
            + 4 * step * (a * other.m3 - b * self.m3)
        )
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Statistics(*counts, low, high, self.mean + step * b, m2, m3, m4)

    @property
    def finite(self) -> int:
        """How many values are finite."""
        return self.count - self.nans - self.infinities

    @property
    def std(self) -> float:
        """Of the values as they are, without a correction for a sample; NaN where there is none."""
        return sqrt(self.m2 / self.finite) if self.finite else nan

    @property
    def kurtosis(self) -> float:
        """3 for a gaussian, 1.8 for a uniform; NaN where all values are one."""
        return self.finite * self.m4 / self.m2 / self.m2 if self.m2 else nan

    def oddities(self, theory: Start | None = None) -> tuple[str, ...]:
        """What is not as it should be, in words: no numbers, or a mean or std off the theory.

        A mean is off by its standard error, std / sqrt(n), and a std by
        std sqrt((kurtosis - 1) / (4 n)), the kurtosis being the gaussian's or, if it is more, that
        of the values; more than six times that is no chance.
        """
        found = []
        if self.nans:
            found.append(f"{self.nans:,} not a number")
        if self.infinities:
            found.append(f"{self.infinities:,} infinite")
        if theory is None or not self.finite:
            return tuple(found)
        words, mean, std = theory
        spread = std if isfinite(std) else self.std
        error = spread / sqrt(self.finite)
        rounding = _ROUNDING * max(abs(mean), spread)
        if abs(self.mean - mean) > ERRORS_ALLOWED * error + rounding:
            found.append(_off("mean", self.mean, mean, error))
        error *= sqrt(((self.kurtosis if self.kurtosis > 3 else 3.0) - 1) / 4)
        about = 0 if "std" in words else _ABOUT * std
        if abs(self.std - std) > ERRORS_ALLOWED * error + rounding + about:
            found.append(_off("std", self.std, std, error))
        return tuple(found)


def _off(what: str, found: float, theory: float, error: float) -> str:
    errors = f", {abs(found - theory) / error:,.0f} standard errors off" if error else ""
    return f"{what} {found:.4g} is not {theory:.4g}{errors}"


@dataclass(frozen=True)
class BlobStatistics:
    """One blob, what its values are like, and what they were to be.

    Attributes
    ----------
    layer : str
    index : int
        Among the layer's blobs.
    name : str
        What it is to its layer (``weight``), or "".
    values : ndarray
    found : Statistics
    theory : Start or None
        Words, mean and std.
    aliases : tuple of Alias
        The blobs that share its values.
    """

    layer: str
    index: int
    name: str
    values: Array = field(repr=False, compare=False)
    found: Statistics
    theory: Start | None
    aliases: tuple[Alias, ...] = ()

    @property
    def oddities(self) -> tuple[str, ...]:
        """What is not as it should be, in words."""
        return self.found.oddities(self.theory)

    def histogram(self, bins: int) -> tuple[int, ...]:
        """How many finite values lie in each of `bins` equal parts of ``found.low`` to ``high``.

        What lies on an edge counts for the part above it, the greatest value for the last part.
        """
        if bins < 1:
            raise UsageError(f"a histogram has 1 bin or more, not {bins}")
        low, width = self.found.low, self.found.high / bins - self.found.low / bins
        counts = np.zeros(bins, np.int64)
        for piece in pieces(self.values):
            numbers = exact(piece)
            if self.found.finite != self.found.count:
                numbers = numbers[np.isfinite(numbers)]
            if width > 0:
                places = np.minimum(((numbers - low) / width).astype(np.int64), bins - 1)
            else:
                places = np.zeros(numbers.size, np.int64)
            counts += np.bincount(places, minlength=bins)
        return tuple(counts.tolist())


def stats(
    blobs: Blobs,
    theory: Layered | Mapping[tuple[str, int], tuple[str, float, float]] | None = None,
) -> tuple[BlobStatistics, ...]:
    """Look at the values of every blob, a piece at a time; those of shared blobs once.

    Parameters
    ----------
    blobs
        Of a net or a file.
    theory
        What the values were to be, to be held against them: the net that they were filled by, or
        words, mean and std by layer and index. By default what the blobs themselves record.

    Examples
    --------
    >>> import fillerkit as fk
    >>> net = fk.load_net('''
    ...   layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 } } }
    ...   layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
    ...           inner_product_param { num_output: 3 bias_filler { value: 0.5 } } }
    ... ''')
    >>> [(blob.layer, blob.name, blob.found.mean) for blob in fk.stats(net.fill())]
    [('ip', 'weight', 0.0), ('ip', 'bias', 0.5)]
    """
    check_blobs("blobs", blobs)
    found = []
    if theory is None:
        theory = blobs.starts
    if not (isinstance(theory, Mapping) or hasattr(theory, "layers")):
        check_kind("theory", theory, (), "the net that the blobs are of, or a dict")
    promises = theory if isinstance(theory, Mapping) else _of_net(theory, blobs)
    for layer, index, name, values, aliases in blobs.owned():
        promise = promises.get((layer, index))
        found.append(
            BlobStatistics(
                layer=layer,
                index=index,
                name=name,
                values=values,
                found=Statistics.of(values),
                theory=None if promise is None else Start(*promise),
                aliases=aliases,
            )
        )
    return tuple(found)


def _of_net(net: Layered, blobs: Blobs) -> dict[tuple[str, int], Start]:
    """What a net promises of each of its blobs that is there in the same shape."""
    there = {(layer, index): values for layer, index, _, values, _ in blobs.owned()}
    promises = {}
    for layer in net.layers:
        for index, param in enumerate(layer.params):
            values = there.get((layer.key, index))
            if values is not None and values.shape == param.shape:
                dtype = DTYPES.get(values.dtype.name, np.float32)
                starts = param.distribution_in(dtype)
                promises[layer.key, index] = Start(str(starts), starts.mean, starts.std)
    return promises
