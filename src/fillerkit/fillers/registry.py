"""The fillers that are known, and the decorator that makes one known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from fillerkit.errors import (
    FillerError,
    FillerkitError,
    Keyword,
    UsageError,
    check_kind,
    did_you_mean,
)
from fillerkit.fillers.distributions import Distribution
from fillerkit.registry import Registry, first_line
from fillerkit.schema.forks_pb2 import FillerParameter

MakeDistribution = Callable[[FillerParameter, tuple[int, ...], type[np.floating]], Distribution]

Make = TypeVar("Make", bound=MakeDistribution)


class Filler(NamedTuple):
    """A filler: its name in a prototxt and the function that says which values it means.

    Attributes
    ----------
    name : str
    make : callable
    reads : tuple of str or None
        The fields of ``FillerParameter`` that count besides ``type``; None where nobody says.
    """

    name: str
    make: MakeDistribution
    reads: tuple[str, ...] | None

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return first_line(self.make)


filler_types: Registry[Filler] = Registry(
    "filler",
    "fillerkit.fillers",
    package="fillerkit.fillers",
    on_demand="fillerkit.fillers.forks",
)


def filler(name: str, *, reads: Sequence[str] | None = None) -> Callable[[Make], Make]:
    """Make a filler known: the function below gives its distribution.

    The function takes the ``FillerParameter``, the blob's shape and the NumPy float type that
    values are computed in, and returns a distribution; it raises `FillerError` for parameters
    that make no sense. Arithmetic done in that type gives the bits that Caffe's arithmetic gives.
    The distributions are `Constant`, `Uniform`, `Gaussian`, `Truncated` (a Gaussian cut off),
    `Sparse` (a Gaussian thinned out) and `Whole` (any but Truncated, changed by a function that
    gets all of a blob's values: normalised rows, orthogonal matrices, patterns). An installed
    package registers its fillers by an entry point of group ``fillerkit.fillers`` that names the
    module.

    Parameters
    ----------
    name
        The type as a prototxt writes it. A known name may not be taken again.
    reads
        The fields of ``FillerParameter`` that the function looks at. ``fillerkit check`` tells of
        others that a net sets; a net that sets ``sparse`` is refused where it is not among them.

    Examples
    --------
    >>> import fillerkit as fk
    >>> import numpy as np
    >>> @fk.filler("siren_demo")
    ... def siren_demo(spec, shape, dtype):
    ...     "U(-s, s) with s = sqrt(6 / fan_in) / 30."
    ...     return fk.Uniform.symmetric(np.sqrt(dtype(6) / dtype(fk.fan_in(shape))) / dtype(30))
    """
    if not isinstance(name, str) or not name:
        raise UsageError('a filler needs a name: @fillerkit.filler("name")')

    def register(make: Make) -> Make:
        new = Filler(name, make, None if reads is None else tuple(reads))
        filler_types.add(name, new, make.__module__)
        return make

    return register


FROM_FILES = (
    *("from_file", "from_txt", "blob_proto", "load_from_file", "predefined"),
    *("dct2", "dct3", "dct4", "dct5", "dct6", "dct7", "dct8", "GPD"),
)
"""Fillers of forks that are not done; see docs/fillers.md."""


def known_filler(name: str) -> Filler:
    """The filler of that name, ours or an installed package's."""
    known = filler_types.get(name)
    if known is None and name in FROM_FILES:
        raise FillerError(
            f"filler '{name}' of a fork takes its values from a file, which is not read; 'value' "
            "takes them from the prototxt, and this gives the blob another filler: ",
            Keyword("fillers", {"LAYER:BLOB": "constant"}),
            field="type",
        )
    if known is None:
        nearest = did_you_mean(name, filler_types.names())
        raise FillerError(
            f"unknown filler '{name}'{nearest or '; fillerkit fillers lists the known ones'}",
            field="type",
        )
    return known


def distribution(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Distribution:
    """Which values a filler gives a blob.

    Parameters
    ----------
    spec
        Of `fillerkit.messages`: ``FillerParameter(type="xavier")``.
    shape
        The blob's.
    dtype
        ``numpy.float32`` or ``numpy.float64``, in which the filler computes, as Caffe does.

    Raises
    ------
    FillerError
        There is no such filler, or it cannot fill such a blob.
    """
    wanted = "a FillerParameter of fillerkit.messages, like FillerParameter(type='xavier')"
    if not hasattr(spec, "ListFields"):
        check_kind("spec", spec, (), wanted)
    dtype = np.dtype(dtype).type
    known = known_filler(spec.type)
    if spec.sparse != -1 and "sparse" not in (known.reads or ()):
        raise FillerError(
            f"'{spec.type}' does not know sparse; gaussian does, or remove it", field="sparse"
        )
    try:
        made = known.make(spec, shape, dtype)
    except FillerkitError:
        raise
    except Exception as error:
        raise FillerError(
            f"filler '{known.name}' failed: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(made, Distribution):
        raise FillerError(f"filler '{known.name}' made a {type(made).__name__}, no distribution")
    return made
