"""What every format writes: blobs, each with its place in the net and its values in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from fillerkit.formats.stored import Alias, Array, Start
from fillerkit.layers.net_layer import Model


@dataclass(frozen=True)
class Entry:
    """One blob with values of its own.

    Attributes
    ----------
    layer : str
    index : int
        Among the layer's blobs.
    name : str
        What the blob is to its layer: ``weight``, ``bias``, ...
    shape : tuple of int
    dtype : numpy dtype
    chunks : iterator of one-dimensional arrays
        All its values in C order. A piece stays as it is until `fillerkit.random.KEPT` more have
        been asked for.
    aliases : tuple of Alias
        The blobs that share these values.
    start : Start or None
        What the values were made of, where that is known.
    """

    layer: str
    index: int
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.floating]
    chunks: Iterator[Array]
    aliases: tuple[Alias, ...] = ()
    start: Start | None = None

    @property
    def nbytes(self) -> int:
        """The size of the values."""
        return self.dtype.itemsize * prod(self.shape)

    @property
    def pieces(self) -> Iterator[memoryview]:
        """The bytes of the values, as files have them: the lowest first."""
        for chunk in self.chunks:
            yield little(chunk)


def little(chunk: Array) -> memoryview:
    """The bytes of values, the lowest first."""
    values = chunk.astype(chunk.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(values).view(np.uint8).data


@dataclass(frozen=True)
class Content:
    """All that goes into one file.

    Attributes
    ----------
    entries : sequence of Entry
        In the order in which their chunks are made: they are to be taken one after the other.
    origin : mapping
        Where the values come from.
    model : Model or None
        The net's layers, where they are known.
    """

    entries: Sequence[Entry]
    origin: Mapping[str, Any]
    model: Model | None = None

    @property
    def nbytes(self) -> int:
        """The size of all values."""
        return sum(entry.nbytes for entry in self.entries)
