"""What every format writes: one blob, its place in the net, and its values in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from fillerkit.blobs import Alias, Array


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
    """

    layer: str
    index: int
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.floating]
    chunks: Iterator[Array]
    aliases: tuple[Alias, ...] = ()

    @property
    def nbytes(self) -> int:
        """The size of the values."""
        return self.dtype.itemsize * prod(self.shape)
