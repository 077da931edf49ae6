"""Two sets of blobs held against each other: bit for bit first, then by how much they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fillerkit.blobs.blobs import Blobs, check_blobs
from fillerkit.blobs.pieces import pieces
from fillerkit.blobs.statistics import Statistics
from fillerkit.errors import UsageError
from fillerkit.formats.stored import Array

_INTEGERS: Mapping[str, type[np.signedinteger[Any]]] = {
    "float16": np.int16,
    "float32": np.int32,
    "float64": np.int64,
}
Key = tuple[str, int]


@dataclass(frozen=True)
class ValueDifference:
    """By how much the values of a blob differ.

    Attributes
    ----------
    count : int
        Elements that are not the same: in their bits, or as numbers where the types differ.
    beyond : int
        Those of them that the tolerance does not allow; without one, all.
    largest : float
        The largest absolute difference; infinite where a NaN stands against a number, 0 where
        only bits differ that make no other number (the sign of a zero, the payload of a NaN).
    at : tuple of int
        Where that is.
    pair : (float, float)
        What the two have there.
    ulp : int or None
        The largest distance in units in the last place; where a NaN stands against a number there
        is none. None for types without (integers).
    nans : int
        Elements that are NaN in one of the two only.
    a, b : Statistics
        Of all values of either blob.
    """

    count: int
    beyond: int
    largest: float
    at: tuple[int, ...]
    pair: tuple[float, float]
    ulp: int | None
    nans: int
    a: Statistics
    b: Statistics


@dataclass(frozen=True)
class Difference:
    """A blob that is not the same in both.

    Attributes
    ----------
    layer : str
    index : int
        Among the layer's blobs.
    name : str
        What it is to its layer (``weight``), or "".
    shapes : (tuple of int or None, tuple of int or None)
        In A and in B; None where it is not there.
    dtypes : (str or None, str or None)
    values : ValueDifference or None
        None where the values are the same, or their numbers are not, or one blob is not there.
    shared_by : tuple of (str, int)
        Other blobs, by layer and index, that share these values in A and in B alike.
    allowed : bool
        Whether the tolerance allows it.
    """

    layer: str
    index: int
    name: str
    shapes: tuple[tuple[int, ...] | None, tuple[int, ...] | None]
    dtypes: tuple[str | None, str | None]
    values: ValueDifference | None = None
    shared_by: tuple[Key, ...] = ()
    allowed: bool = False

    @property
    def what(self) -> tuple[str, ...]:
        """Which of ``only in A``, ``only in B``, ``shape``, ``dtype`` and ``values`` it is."""
        if self.shapes[1] is None:
            return ("only in A",)
        if self.shapes[0] is None:
            return ("only in B",)
        kinds = {
            "shape": self.shapes[0] != self.shapes[1],
            "dtype": self.dtypes[0] != self.dtypes[1],
            "values": self.values is not None,
        }
        return tuple(kind for kind, differs in kinds.items() if differs)


@dataclass(frozen=True)
class Comparison:
    """What `compare` found.

    Attributes
    ----------
    differences : tuple of Difference
        In the order of A, then what only B has.
    blobs : int
        How many blobs were held against each other, those that only one has included; values that
        are shared in both alike count once.
    count : int
        Values that both have.
    origin : mapping of str to (object, object)
        What the two record differently of where they come from (seed, phase, ...), None for what
        one does not record; empty where one records nothing at all.
    """

    differences: tuple[Difference, ...]
    blobs: int
    count: int
    origin: Mapping[str, tuple[Any, Any]]

    @property
    def equal(self) -> bool:
        """Whether all blobs are the same, bit for bit."""
        return not self.differences

    @property
    def close(self) -> bool:
        """Whether the tolerance allows every difference; without one, whether there is none."""
        return all(difference.allowed for difference in self.differences)


class Tolerance(NamedTuple):
    """What two values may differ by to be allowed: either of the two is enough."""

    absolute: float | None
    ulp: int | None


class _Blob(NamedTuple):
    """A blob under its own key, and the key of the one that holds its values."""

    name: str
    array: Array
    owner: Key


def compare(
    a: Blobs, b: Blobs, *, tolerance: float | None = None, ulp: int | None = None
) -> Comparison:
    """Hold the blobs of A against those of B, by layer name and index, a piece at a time.

    Two blobs are equal when their shape, their type and all their bits are: a NaN is equal to
    itself, and 0 is not equal to -0. Whether values are shared is not looked at.

    Parameters
    ----------
    a, b
        Of nets or of files of any format.
    tolerance
        The largest absolute difference that is allowed: with 0, values have to be equal as
        numbers. With a tolerance of either kind a blob may be of another type too.
    ulp
        The largest distance in units in the last place that is allowed, of the coarser type where
        there are two: how many steps from one representable number to the next lie between the
        values. A value has to meet only one of the two.

    Examples
    --------
    >>> import fillerkit as fk
    >>> net = fk.load_net('''
    ...   layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 } } }
    ...   layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
    ...           inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    ... ''')
    >>> fk.compare(net.fill(seed=1), net.fill(seed=1)).equal
    True
    >>> found = fk.compare(net.fill(seed=1), net.fill(seed=2))
    >>> [(blob.layer, blob.name, blob.what, blob.values.count) for blob in found.differences]
    [('ip', 'weight', ('values',), 12)]
    >>> found.origin
    {'seed': (1, 2)}
    """
    if tolerance is not None and not tolerance >= 0:
        raise UsageError(f"a tolerance is 0 or more, not {tolerance}")
    if ulp is not None and ulp < 0:
        raise UsageError(f"a distance in units in the last place is 0 or more, not {ulp}")
    check_blobs("a", a)
    check_blobs("b", b)
    allowed = Tolerance(tolerance, ulp)
    all_a, all_b = _by_key(a), _by_key(b)
    differences: list[Difference] = []
    blobs = count = 0
    for key, *sharing in _groups(all_a, all_b):
        blobs += 1
        in_a, in_b = all_a.get(key), all_b.get(key)
        if in_a is not None and in_b is not None:
            count += min(in_a.array.size, in_b.array.size)
        found = _difference(key, in_a, in_b, tuple(sharing), allowed)
        if found is not None:
            differences.append(found)
    return Comparison(tuple(differences), blobs, count, _origin(a, b))


def ulp_distance(x: Array, y: Array) -> NDArray[np.unsignedinteger[Any]]:
    """How many steps from one representable number to the next lie between two, for each pair.

    The bits of an IEEE 754 number, read as an integer, are in the order of the numbers, with the
    negative ones mirrored; the distance is the difference of those integers. From 0 to -0 it is 0,
    from the greatest number to infinity 1. For NaN it means nothing.

    Parameters
    ----------
    x, y
        Both of the same type, float16, float32 or float64.

    >>> import numpy as np
    >>> ulp_distance(np.float32([1, 0, -1e-45]), np.float32([1.0000001, -0.0, 1e-45])).tolist()
    [1, 0, 2]
    """
    low, high = _rank(x), _rank(y)
    # Where the difference of two signed integers overflows, its bits are right for an unsigned one.
    distance = np.maximum(low, high) - np.minimum(low, high)
    steps: NDArray[np.unsignedinteger[Any]] = distance.view(f"u{distance.itemsize}")
    return steps


def _rank(values: Array) -> NDArray[np.signedinteger[Any]]:
    """The place of each number among all of its type, that of 0 being 0."""
    kind = _INTEGERS[values.dtype.name]
    bits = np.ascontiguousarray(values).view(kind)
    negative = bits >> (8 * bits.itemsize - 1)  # -1 or 0
    rank: NDArray[np.signedinteger[Any]] = np.bitwise_and(negative, np.iinfo(kind).max)
    rank ^= bits
    rank -= negative
    return rank


def _by_key(blobs: Blobs) -> dict[Key, _Blob]:
    """Every blob, those that share another's values too, after their owner."""
    found: dict[Key, _Blob] = {}
    for layer, index, name, array, aliases in blobs.owned():
        found[layer, index] = _Blob(name, array, (layer, index))
        for alias in aliases:
            shared = array.reshape(alias.shape)
            found[alias.layer, alias.index] = _Blob(alias.name, shared, (layer, index))
    return found


def _groups(a: Mapping[Key, _Blob], b: Mapping[Key, _Blob]) -> Iterator[list[Key]]:
    """The keys of A, then those that only B has; those whose values are shared alike together."""
    groups: dict[Any, list[Key]] = {}
    for key in [*a, *(key for key in b if key not in a)]:
        in_a, in_b = a.get(key), b.get(key)
        owners = in_a and in_a.owner, in_b and in_b.owner
        shapes = in_a and in_a.array.shape, in_b and in_b.array.shape
        alike = None in shapes or shapes[0] == shapes[1]
        groups.setdefault((owners, None if alike else shapes), []).append(key)
    yield from groups.values()


def _difference(
    key: Key, a: _Blob | None, b: _Blob | None, sharing: tuple[Key, ...], allowed: Tolerance
) -> Difference | None:
    """How one blob differs; None where it does not."""
    some = a or b
    assert some is not None
    values = None
    if a is not None and b is not None:
        values = _values(f"{key[0]}/{key[1]}", a.array, b.array, allowed)
    difference = Difference(
        layer=key[0],
        index=key[1],
        name=(a and a.name) or (b and b.name) or "",
        shapes=(a and a.array.shape, b and b.array.shape),
        dtypes=(a and a.array.dtype.name, b and b.array.dtype.name),
        values=values,
        shared_by=sharing,
        allowed=(
            allowed != (None, None)
            and a is not None
            and b is not None
            and a.array.shape == b.array.shape
            and (values is None or not values.beyond)
        ),
    )
    return difference if difference.what else None


def _values(what: str, a: Array, b: Array, allowed: Tolerance) -> ValueDifference | None:
    if a.size != b.size or all(not _differing(x, y).any() for x, y in _pairs(what, a, b)):
        return None
    in_a = in_b = Statistics()
    count = beyond = nans = start = 0
    ulp: int | None = None
    largest, at, pair = -1.0, 0, (0.0, 0.0)
    for x, y in _pairs(what, a, b):
        in_a, in_b = in_a.merged(Statistics.of_piece(x)), in_b.merged(Statistics.of_piece(y))
        places = np.flatnonzero(_differing(x, y))
        if places.size:
            some = places if places.size < x.size else slice(None)
            found = _measure(x[some], y[some], allowed)
            count += places.size
            beyond += found.beyond
            nans += found.nans
            if found.ulp is not None:
                ulp = max(ulp or 0, found.ulp)
            if found.largest > largest:
                place = int(places[found.at])
                largest, at, pair = found.largest, start + place, (float(x[place]), float(y[place]))
        start += x.size
    where = tuple(int(i) for i in np.unravel_index(at, a.shape)) if a.shape else ()
    return ValueDifference(count, beyond, largest, where, pair, ulp, nans, in_a, in_b)


def _pairs(what: str, a: Array, b: Array) -> Iterator[tuple[Array, Array]]:
    return zip(pieces(a, what), pieces(b, what), strict=True)


def _differing(x: Array, y: Array) -> NDArray[np.bool_]:
    """Where the bits of two pieces differ; of pieces of two types, where the numbers do."""
    if x.dtype == y.dtype and x.dtype.name in _INTEGERS:
        kind = _INTEGERS[x.dtype.name]
        return np.not_equal(x.view(kind), y.view(kind))
    with np.errstate(invalid="ignore"):
        return np.not_equal(x, y) & ~(np.isnan(x) & np.isnan(y))


class _Measured(NamedTuple):
    beyond: int
    largest: float
    at: int
    ulp: int | None
    nans: int


def _measure(x: Array, y: Array, allowed: Tolerance) -> _Measured:
    """By how much values differ of which none are the same."""
    with np.errstate(all="ignore"):
        away = np.subtract(x, y, dtype=np.float64)
        np.abs(away, out=away)
    strange = np.isnan(away)
    one_sided = strange
    if strange.any():
        one_sided = np.isnan(x) != np.isnan(y)
        away[strange] = 0  # two NaN of different bits
        away[one_sided] = np.inf
    beyond = np.ones(x.size, bool)
    if allowed.absolute is not None:
        beyond &= ~(away <= allowed.absolute)
    steps = _steps(x, y, strange)
    if allowed.ulp is not None and steps is not None:
        beyond &= steps > min(allowed.ulp, int(np.iinfo(steps.dtype).max))
    beyond |= one_sided
    at = int(np.argmax(away))
    return _Measured(
        beyond=int(np.count_nonzero(beyond)),
        largest=float(away[at]),
        at=at,
        ulp=None if steps is None else int(steps.max()),
        nans=int(np.count_nonzero(one_sided)),
    )


def _steps(
    x: Array, y: Array, without: NDArray[np.bool_]
) -> NDArray[np.unsignedinteger[Any]] | None:
    """The distances in units in the last place of the coarser type; 0 where there is none."""
    names = x.dtype.name, y.dtype.name
    if not all(name in _INTEGERS for name in names):
        return None
    coarser = min(x.dtype, y.dtype, key=lambda dtype: dtype.itemsize)
    with np.errstate(all="ignore"):
        steps = ulp_distance(x.astype(coarser, copy=False), y.astype(coarser, copy=False))
    steps[without] = 0
    return steps


def _origin(a: Blobs, b: Blobs) -> dict[str, tuple[Any, Any]]:
    """What both say of where they come from, where it is not the same."""
    if not a.origin or not b.origin:
        return {}
    keys = [*a.origin, *(key for key in b.origin if key not in a.origin)]
    pairs = {key: (a.origin.get(key), b.origin.get(key)) for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
