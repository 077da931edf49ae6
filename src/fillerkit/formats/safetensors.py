"""The ``.safetensors`` of Hugging Face: a header in JSON, then the values of every blob.

The key of a blob is ``<layer>/<index>``, as in an ``.npz``. The file's metadata, whose values are
strings, hold under ``origin`` where the values come from, and under ``blobs`` each blob's name,
what it was filled with, and who shares it, both as JSON. A shared blob is stored once, by its
owner. Read files are checked by the library, and their values are views into the mapped file.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from fillerkit.errors import FormatError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.damage import reading
from fillerkit.formats.entry import Content
from fillerkit.formats.mapped import mapped, view
from fillerkit.formats.notes import about, as_json, gathered, parsed
from fillerkit.formats.state_dict import from_state
from fillerkit.formats.stored import Said, Stored
from fillerkit.formats.whole_file import whole_file
from fillerkit.libraries import library

_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_NAMES = {2: "F16", 4: "F32", 8: "F64"}
_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 8


def write(path: Path, content: Content) -> None:
    """Write the header, then blobs as they come."""
    header = _header(content)
    with whole_file(path, content.nbytes) as file, BackgroundWriter(file) as writer:
        writer.write(_LENGTH.pack(len(header)) + header)
        for entry in content.entries:
            for piece in entry.pieces:
                writer.write(piece)


def read(path: Path, said: Said) -> Stored:
    """Map a file into memory; only what is looked at is read.

    Keys that end in ``.weight``, ``.bias`` and the like are read as PyTorch's. All are in UTF-8:
    the format has no other `said.encoding`.
    """
    data = mapped(path)
    package = library("safetensors", ".safetensors", "formats")
    with reading(path, "a .safetensors of blobs"):
        with package.safe_open(path, "numpy"):
            pass
        return _read(path, data)


def _header(content: Content) -> bytes:
    notes = {f"{entry.layer}/{entry.index}": about(entry) for entry in content.entries}
    metadata = {"origin": as_json(content.origin), "blobs": as_json(notes)}
    header: dict[str, Any] = {"__metadata__": metadata}
    at = 0
    for entry in content.entries:
        header[f"{entry.layer}/{entry.index}"] = {
            "dtype": _NAMES[entry.dtype.itemsize],
            "shape": list(entry.shape),
            "data_offsets": [at, at + entry.nbytes],
        }
        at += entry.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % _ALIGNMENT)


def _read(path: Path, data: memoryview) -> Stored:
    """What the header says, which the library has checked: the values fill the file's rest."""
    (length,) = _LENGTH.unpack_from(data)
    header = parsed(bytes(data[_LENGTH.size : _LENGTH.size + length]))
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for key, tensor in header.items():
        if tensor["dtype"] not in _DTYPES:
            raise FormatError(f"{path}: '{key}' holds {tensor['dtype']}, not floats of NumPy's")
        begin, end = (_LENGTH.size + length + offset for offset in tensor["data_offsets"])
        dtype = np.dtype(_DTYPES[tensor["dtype"]])
        arrays[key] = view(data, begin, end, dtype, tensor["shape"], f"'{key}'")
    if not all(_is_key(key) for key in arrays):
        return from_state(arrays)
    notes = parsed(metadata.get("blobs", "{}"))
    split = ((key.rpartition("/"), key, array) for key, array in arrays.items())
    found = ((name[0], int(name[2]), notes.get(key, {}), array) for name, key, array in split)
    return gathered(found, parsed(metadata.get("origin", "{}")))


def _is_key(key: str) -> bool:
    layer, _, index = key.rpartition("/")
    return bool(layer) and index.isdecimal()
