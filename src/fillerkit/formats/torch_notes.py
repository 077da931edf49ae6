"""What a ``.safetensors`` with PyTorch's names notes besides, so that Caffe's blobs come back.

A state dict keeps less than Caffe: of a BatchNorm the quotients of its sums and their factor, of a
transposed InnerProduct the matrix as PyTorch has it. The note on each tensor tells which blob of
Caffe's it is, and how to make that of it. The factor has no tensor, so its note has its value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, prod
from typing import Any

import numpy as np

from fillerkit.formats.entry import Entry
from fillerkit.formats.mapped import check_floats, frozen
from fillerkit.formats.notes import Found, about
from fillerkit.formats.state_dict import Form
from fillerkit.formats.stored import Array

WIDEST = -1.7976931348623157e308
"""The factor that takes the most characters, in the place of one that is not known yet."""


def note_on(entry: Entry, form: Form, factor: str, value: float | None) -> dict[str, Any]:
    """The note on a blob.

    Parameters
    ----------
    entry, form
    factor
        The key of the note on the factor that a divided blob is to be multiplied by.
    value
        Of a blob that has no tensor.
    """
    note = {**about(entry), "at": [entry.layer, entry.index], "shape": list(entry.shape)}
    if form.turned:
        note["turned"] = True
    if form.divided:
        note["times"] = factor
    if not form.saved:
        number = WIDEST if value is None else value
        note["value"] = number if isfinite(number) else str(number)
        note["dtype"] = entry.dtype.name
    return note


def tells_blobs(notes: Mapping[str, Any], keys: Sequence[str]) -> bool:
    """Whether there is such a note on each of some tensors."""
    return all(isinstance(notes.get(key), dict) and "at" in notes[key] for key in keys)


def blobs_of(arrays: Mapping[str, Array], notes: Mapping[str, Any]) -> list[Found]:
    """Caffe's blobs, layer by layer, from the tensors and the notes on them.

    Raises
    ------
    ValueError
        A note makes no sense.
    """
    try:
        found = list(_blobs(arrays, notes))
    except (TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ValueError(f"a note on a tensor makes no sense ({error!r:.80})") from None
    layers: dict[str, list[Found]] = {}
    for blob in found:
        layers.setdefault(blob[0], []).append(blob)
    return [blob for of_layer in layers.values() for blob in sorted(of_layer, key=_index)]


def _blobs(arrays: Mapping[str, Array], notes: Mapping[str, Any]) -> Iterator[Found]:
    factors = {key: _factor(note) for key, note in notes.items() if "value" in note}
    for key in [*arrays, *factors]:
        note = notes[key]
        layer, index = note["at"]
        array = arrays[key] if key in arrays else factors[key]
        if "times" in note:
            array = np.multiply(array, factors[note["times"]], dtype=array.dtype)
        if note.get("turned"):
            array = array.T
        shape = tuple(map(int, note["shape"]))
        if int(index) < 0:
            raise ValueError(f"'{key}' is said to be blob {index} of layer '{layer}'")
        if min(shape, default=0) < 0 or prod(shape) != array.size:
            raise ValueError(f"'{key}' is to be of shape {shape}, and has {array.size:,} values")
        yield str(layer), int(index), note, frozen(array.reshape(shape))


def _factor(note: Mapping[str, Any]) -> Array:
    dtype = np.dtype(str(note["dtype"]))
    check_floats(dtype, "a factor")
    return np.full(1, float(note["value"]), dtype)


def _index(blob: Found) -> int:
    return blob[1]
