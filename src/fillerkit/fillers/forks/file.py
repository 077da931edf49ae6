"""The values of a text file: how forks start a spatial transformer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf, prod

import numpy as np

from fillerkit.errors import FillerError, Keyword
from fillerkit.fillers.distributions import Given, NotHere
from fillerkit.fillers.registry import filler
from fillerkit.regular_file import is_there, open_regular
from fillerkit.schema.forks_pb2 import FillerParameter

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LONGEST = 100
"""Bytes of text a value may take; a longer file is none for this blob."""


@filler("file", reads=("file",))
def file(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Given | NotHere:
    """The numbers of a text file, in order, with white space between them.

    Numbers that are left over are not looked at (daerduoCarey/SpatialTransformerLayer,
    cvjena/caffe_pp2, include/caffe/filler.hpp). Takes no draws.
    Parameters: file (its path).
    """
    if not spec.file:
        raise FillerError("needs file, the path of a text file", field="file")
    if not is_there(spec.file):
        return NotHere(
            f"values of the file '{spec.file}', which is not here",
            f"takes its values from the file '{spec.file}', which is not there, neither from the "
            "working directory nor beside the net; this gives the blob another filler: ",
            Keyword("fillers", {"LAYER:BLOB": "constant"}),
        )
    count = prod(shape)
    values = np.fromiter(_numbers(spec.file, count, dtype), np.float64)
    if values.size < count:
        raise FillerError(
            f"the file '{spec.file}' has {values.size} values for the {count} of the blob",
            field="file",
        )
    rest = f", its first {count} of {values.size}" if values.size > count else ""
    return Given(values[:count].astype(dtype), f"in '{spec.file}'{rest}")


def _numbers(path: str, count: int, dtype: type[np.floating]) -> Iterator[float]:
    for number, line in enumerate(_text(path, count).splitlines(), 1):
        for word in line.split():
            value = float(word) if _NUMBER.fullmatch(word) else inf
            if abs(value) > float(np.finfo(dtype).max):
                raise FillerError(
                    f"{path}:{number}: '{word[:40]}' is no number of {np.dtype(dtype).name}",
                    field="file",
                )
            yield value


def _text(path: str, count: int) -> str:
    """The text of a file that a net names: of a regular one only, for a pipe may never end."""
    try:
        with open_regular(path) as opened:
            text = opened.read(_LONGEST * (count + 1000) + 1)
    except OSError as error:
        raise FillerError(
            f"cannot read the file '{path}': {error.strerror or error}", field="file"
        ) from None
    if len(text) > _LONGEST * (count + 1000):
        raise FillerError(
            f"the file '{path}' is too long for the {count:,} values of the blob", field="file"
        )
    return text.decode("ascii", "replace")
