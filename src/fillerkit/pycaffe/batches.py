"""Arrays that a script gives a net: written to its blobs, or cut into pieces of its batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fillerkit.python_layers.blob import Blob, Floats, shown

Arrays = Mapping[str, Any]


class InputArrays:
    """What a MemoryData layer hands out, batch after batch, from the start again at the end.

    Parameters
    ----------
    data, labels
        float32, in C order; N x C x H x W, and N or N x 1 x 1 x 1.
    shape
        Of a batch of data.
    """

    def __init__(self, data: Floats, labels: Floats, shape: Sequence[int]) -> None:
        if labels.ndim == 1:
            labels = np.ascontiguousarray(labels[:, None, None, None])
        check_array("data", data, shape[1:])
        check_array("labels", labels, (1, 1, 1))
        if len(data) != len(labels):
            raise RuntimeError(f"there are {len(data)} images and {len(labels)} labels")
        if len(data) % shape[0]:
            raise RuntimeError(f"{len(data)} images are not whole batches of {shape[0]}")
        self._arrays = data, labels
        self._position = 0

    def put(self, tops: Sequence[Blob]) -> None:
        """Write the next batch; labels have four axes from then on, as they have in Caffe."""
        size = tops[0].shape[0]
        tops[1].reshape(size, 1, 1, 1)
        part = slice(self._position, self._position + size)
        for blob, array in zip(tops, self._arrays, strict=True):
            blob.data[...] = array[part].reshape(blob.shape)
        self._position = (self._position + size) % len(self._arrays[0])


def put(blobs: Mapping[str, Blob], given: Arrays, names: Sequence[str], what: str) -> None:
    """Write arrays into the blobs `names`, one for each; `what` is ``data`` or ``diff``."""
    if set(given) != set(names):
        kind = "inputs" if what == "data" else "outputs"
        missing = ", ".join(name for name in names if name not in given)
        raise ValueError(
            f"the net's {kind} are {', '.join(names) or 'none'}"
            + f", of which {missing} is missing" * bool(missing)
            + f"; values are given for {', '.join(sorted(given))} (into other blobs they are "
            f"written before: net.blobs[NAME].{what}[...] = values)"
        )
    for name, array in given.items():
        blob = blobs[name]
        batch, given_batch = blob.shape[:1], list(np.shape(array)[:1])
        if batch != given_batch:
            wanted = f"a batch of {batch[0]}" if batch else "one value"
            there = given_batch[0] if given_batch else "one value"
            raise ValueError(
                f"'{name}' has {wanted}, but {there} given: net.blobs['{name}'].reshape(...) "
                "before, or forward_all"
            )
        try:
            getattr(blob, what)[...] = array
        except ValueError as error:
            raise ValueError(f"values for '{name}': {error}") from error


def batches(given: Arrays, size: int) -> Iterator[dict[str, Any]]:
    """Arrays by name in pieces of `size`, the last filled up with zeros."""
    if not given:
        return
    count = len(next(iter(given.values())))
    for start in range(0, count, size):
        piece = {name: np.asarray(array[start : start + size]) for name, array in given.items()}
        missing = size - min(size, count - start)
        yield {
            name: np.concatenate([part, np.zeros((missing, *part.shape[1:]), part.dtype)])
            for name, part in piece.items()
        }


def gather(found: dict[str, list[Floats]], part: Mapping[str, Floats]) -> None:
    for name, array in part.items():
        found.setdefault(name, []).append(np.atleast_1d(array.copy()))


def joined(found: Mapping[str, list[Floats]], count: int) -> dict[str, Floats]:
    """One array for each name, without what was computed from the zeros at the end."""
    if not found:
        raise ValueError("the values that are given hold nothing")
    joined = {name: np.concatenate(parts) for name, parts in found.items()}
    extra = len(next(iter(joined.values()))) - count
    return {
        name: array[:-extra] if 0 < extra < len(array) else array for name, array in joined.items()
    }


def check_array(what: str, array: Floats, shape: Sequence[int]) -> None:
    if array.dtype != np.float32 or not array.flags.c_contiguous:
        raise RuntimeError(f"the {what} have to be float32, in C order")
    if tuple(array.shape[1:]) != tuple(shape):
        raise RuntimeError(f"the {what} are {shown(array.shape[1:])} each, not {shown(shape)}")
