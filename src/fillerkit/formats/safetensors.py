"""The ``.safetensors`` of Hugging Face: a header in JSON, then the values of every blob.

The key of a blob is ``<layer>/<index>``, as in an ``.npz``. The file's metadata, whose values are
strings, hold under ``origin`` where the values come from, and under ``blobs`` each blob's name,
what it was filled with, and who shares it, both as JSON. A shared blob is stored once, by its
owner. With PyTorch's names, which can be chosen, a file is written by `torch_names`. Read files are
checked by the library, and their values are views into the mapped file.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fillerkit.errors import FormatError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.damage import reading
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.mapped import mapped, view
from fillerkit.formats.notes import about, as_json, gathered, parsed
from fillerkit.formats.state_dict import TRACKED, from_state
from fillerkit.formats.stored import Array, Said, Stored
from fillerkit.formats.torch_notes import blobs_of, tells_blobs
from fillerkit.formats.whole_file import whole_file
from fillerkit.libraries import library

_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_COUNT = "I64"
_NAMES = {np.dtype(dtype): name for name, dtype in (*_DTYPES.items(), (_COUNT, "<i8"))}
_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 8


class Tensors(NamedTuple):
    """What lies in one file, mapped.

    Attributes
    ----------
    arrays : dict of str to array
        By their keys. PyTorch's counts of batches are not among them.
    metadata : mapping of str to str
    keys : set of str
        All that are there.
    """

    arrays: dict[str, Array]
    metadata: Mapping[str, str]
    keys: frozenset[str] = frozenset()

    @property
    def are_blobs(self) -> bool:
        """Whether every key is ``<layer>/<index>``; else they are PyTorch's."""
        return all(_is_key(key) for key in self.arrays)

    @property
    def notes(self) -> dict[str, Any]:
        """What the file says of each blob."""
        return parsed(self.metadata.get("blobs", "{}"))

    @property
    def origin(self) -> dict[str, Any]:
        """Where the values come from."""
        return parsed(self.metadata.get("origin", "{}"))


def write(path: Path, content: Content) -> None:
    """Write the header, then blobs as they come."""
    with whole_file(path, content.nbytes) as file, BackgroundWriter(file) as writer:
        writer.write(header(content))
        for entry in content.entries:
            for piece in entry.pieces:
                writer.write(piece)


def read(path: Path, said: Said) -> Stored:
    """Map a file into memory; only what is looked at is read.

    Keys that end in ``.weight``, ``.bias`` and the like are read as PyTorch's. All are in UTF-8:
    the format has no other `said.encoding`.
    """
    with _reading(path):
        return stored([tensors(path)])


def tensors(path: Path) -> Tensors:
    """Map a file into memory, and leave open what its keys mean."""
    data = mapped(path)
    package = library("safetensors", ".safetensors", "formats")
    with _reading(path):
        with package.safe_open(path, "numpy"):
            pass
        return _tensors(path, data)


def stored(files: Sequence[Tensors]) -> Stored:
    """The blobs of a file, or of several that are one net's.

    Raises
    ------
    ValueError
        They are no blobs of a net.
    """
    arrays = {key: array for file in files for key, array in file.arrays.items()}
    notes = {key: note for file in files for key, note in file.notes.items()}
    if tells_blobs(notes, [*arrays]):
        return gathered(blobs_of(arrays, notes), files[0].origin)
    if not all(file.are_blobs for file in files):
        return from_state(arrays)
    split = ((key.rpartition("/"), key, array) for key, array in arrays.items())
    found = ((name[0], int(name[2]), notes.get(key, {}), array) for name, key, array in split)
    return gathered(found, files[0].origin)


def header(content: Content) -> bytes:
    """All that stands before the values, its length first."""
    notes = {key(entry): about(entry) for entry in content.entries}
    tensors = {key(entry): (entry.dtype, entry.shape) for entry in content.entries}
    return header_of(tensors, content.origin, notes)


def header_of(
    tensors: Mapping[str, tuple[np.dtype[Any], Sequence[int]]],
    origin: Mapping[str, Any],
    notes: Mapping[str, Any],
    least: int = 0,
) -> bytes:
    """The header of tensors that follow each other, by key with type and shape.

    It is filled up with blanks until it has `least` bytes.
    """
    metadata = {"origin": as_json(origin), "blobs": as_json(notes)}
    about_all: dict[str, Any] = {"__metadata__": metadata}
    at = 0
    for name, (dtype, shape) in tensors.items():
        end = at + dtype.itemsize * prod(shape)
        about_all[name] = {
            "dtype": _NAMES[dtype.newbyteorder("<")],
            "shape": list(shape),
            "data_offsets": [at, end],
        }
        at = end
    text = json.dumps(about_all, separators=(",", ":")).encode()
    length = max(least - _LENGTH.size, len(text) + -len(text) % _ALIGNMENT)
    return _LENGTH.pack(length) + text.ljust(length)


def origin_of(begin: Callable[[int], bytes], most: int) -> dict[str, Any] | None:
    """The origin that a file's header tells, or None; ``begin(n)`` are its first n bytes."""
    try:
        (length,) = _LENGTH.unpack(begin(_LENGTH.size))
        if length + _LENGTH.size > most:
            return None
        said = parsed(begin(_LENGTH.size + length)[_LENGTH.size :])
        return Tensors({}, said["__metadata__"]).origin
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        return None


def key(entry: Entry) -> str:
    """The key of a blob's tensor."""
    return f"{entry.layer}/{entry.index}"


def _reading(path: Path) -> AbstractContextManager[None]:
    return reading(path, "a .safetensors of blobs")


def _tensors(path: Path, data: memoryview) -> Tensors:
    """What the header says, which the library has checked: the values fill the file's rest."""
    (length,) = _LENGTH.unpack_from(data)
    said = parsed(bytes(data[_LENGTH.size : _LENGTH.size + length]))
    metadata = said.pop("__metadata__", {})
    arrays = {}
    for key, tensor in said.items():
        if tensor["dtype"] == _COUNT and key.endswith(f".{TRACKED}"):
            continue  # of batches, which no blob of Caffe's has
        if tensor["dtype"] not in _DTYPES:
            raise FormatError(f"{path}: '{key}' holds {tensor['dtype']}, not floats of NumPy's")
        begin, end = (_LENGTH.size + length + offset for offset in tensor["data_offsets"])
        dtype = np.dtype(_DTYPES[tensor["dtype"]])
        arrays[key] = view(data, begin, end, dtype, tensor["shape"], f"'{key}'")
    return Tensors(arrays, metadata, frozenset(said))


def _is_key(key: str) -> bool:
    layer, _, index = key.rpartition("/")
    return bool(layer) and index.isdecimal()
