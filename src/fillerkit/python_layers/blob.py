"""Blobs: values and gradients that a script reads and writes in place."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from math import prod
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import UsageError
from fillerkit.layers.shapes import shown as shown

Floats = NDArray[np.float32]


class Memory:
    """Memory for values, which blobs can share. It is allocated when the values are first read.

    Parameters
    ----------
    count
        The number of values.
    value
        What each of them is at first.
    values
        A flat array that already holds them.
    """

    def __init__(self, count: int, value: float = 0.0, values: Floats | None = None) -> None:
        self.count = count
        self._value = value
        self._values = values

    @property
    def touched(self) -> bool:
        """Whether the values have been read or written."""
        return self._values is not None

    @property
    def values(self) -> Floats:
        """All values, flat."""
        if self._values is None:
            if self._value:
                self._values = np.full(self.count, self._value, np.float32)
            else:
                self._values = np.zeros(self.count, np.float32)
        return self._values


class Blob:
    """An array of floats of any number of axes, and its gradient.

    ``data`` and ``diff`` are the blob's own memory: what is written there is what the net has. The
    arrays live on when the net is gone.
    """

    def __init__(self, shape: Sequence[int] = (), data: NDArray[Any] | None = None) -> None:
        self._shape = tuple(shape)
        flat = None if data is None else np.ascontiguousarray(data, np.float32).reshape(-1)
        self.data_memory = Memory(prod(self._shape), values=flat)
        self.diff_memory = Memory(prod(self._shape))

    @property
    def shape(self) -> list[int]:
        """The length of every axis."""
        return list(self._shape)

    @property
    def count(self) -> int:
        """The number of values."""
        return prod(self._shape)

    @property
    def num(self) -> int:
        """The length of axis 0, of at most four axes; 1 where there is none."""
        return self._legacy(0)

    @property
    def channels(self) -> int:
        """The length of axis 1, of at most four axes; 1 where there is none."""
        return self._legacy(1)

    @property
    def height(self) -> int:
        """The length of axis 2, of at most four axes; 1 where there is none."""
        return self._legacy(2)

    @property
    def width(self) -> int:
        """The length of axis 3, of at most four axes; 1 where there is none."""
        return self._legacy(3)

    @property
    def data(self) -> Floats:
        """The values: float32, to be written to."""
        return self.data_memory.values[: self.count].reshape(self._shape)

    @data.setter
    def data(self, values: object) -> NoReturn:
        raise AttributeError("the data is the blob's own: blob.data[...] = values writes to it")

    @property
    def diff(self) -> Floats:
        """The gradient: float32, to be written to."""
        return self.diff_memory.values[: self.count].reshape(self._shape)

    @diff.setter
    def diff(self, values: object) -> NoReturn:
        raise AttributeError("the diff is the blob's own: blob.diff[...] = values writes to it")

    def reshape(self, *shape: int, **keywords: Any) -> None:
        """Give the axes other lengths: ``blob.reshape(1, 3, 227, 227)``.

        As in Caffe the values stay where they are, in C order, as long as there is room for the new
        ones; where there is not, all of them start as zeros.
        """
        if keywords:
            raise RuntimeError("reshape takes the lengths of the axes and nothing else")
        lengths = tuple(operator.index(length) for length in shape)
        if min(lengths, default=0) < 0:
            raise UsageError(f"an axis cannot have a length below 0: {lengths}")
        self._shape = lengths
        if self.count > min(self.data_memory.count, self.diff_memory.count):
            self.data_memory = Memory(self.count)
            self.diff_memory = Memory(self.count)

    def share(self, other: Blob, *, diff: bool = True) -> None:
        """Have the values of another blob, and its gradient too unless told otherwise."""
        self.data_memory = other.data_memory
        if diff:
            self.diff_memory = other.diff_memory

    def _legacy(self, axis: int) -> int:
        if len(self._shape) > 4:
            raise UsageError(
                f"a blob of {len(self._shape)} axes has no num, channels, height and width: "
                "look at its shape"
            )
        return self._shape[axis] if axis < len(self._shape) else 1

    def __repr__(self) -> str:
        return f"<Blob {shown(self._shape)}>"


class BlobVec(list[Blob]):
    """The blobs of a layer, by index."""

    def __setitem__(self, index: Any, blob: Any) -> None:
        given = blob if isinstance(index, slice) else [blob]
        if not all(isinstance(each, Blob) for each in given):
            raise TypeError(
                f"'{type(blob).__name__}' is no Blob: params[NAME][{index}].data[...] = values "
                "writes to the one that is there"
            )
        super().__setitem__(index, blob)

    def add_blob(self, *shape: int, **keywords: Any) -> None:
        """Append a blob of zeros, as a Python layer does for its parameters."""
        if keywords:
            raise RuntimeError("add_blob takes the lengths of the axes and nothing else")
        self.append(Blob(tuple(operator.index(length) for length in shape)))
