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

from fillerkit.blobs import Alias, Array, Blobs, Start
from fillerkit.errors import FormatError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.entry import Content
from fillerkit.formats.library import library
from fillerkit.formats.mapped import mapped
from fillerkit.formats.notes import about, told
from fillerkit.formats.state_names import from_state
from fillerkit.formats.whole_file import whole_file

_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_NAMES = {2: "F16", 4: "F32", 8: "F64"}
_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 8


def write(path: Path, content: Content) -> None:
    """Write the header, then blobs as they come."""
    header = _header(content)
    with whole_file(path) as file, BackgroundWriter(file) as writer:
        writer.write(_LENGTH.pack(len(header)) + header)
        for entry in content.entries:
            for chunk in entry.chunks:
                writer.write(chunk.view(np.uint8).data)


def read(path: Path) -> Blobs:
    """Map a file into memory; only what is looked at is read.

    Keys that end in ``.weight``, ``.bias`` and the like are read as PyTorch's.
    """
    data = mapped(path)
    package = library("safetensors", ".safetensors", "formats")
    try:
        with package.safe_open(path, "numpy"):
            pass
    except (package.SafetensorError, OSError) as error:
        raise FormatError(f"{path}: is not a .safetensors, or is damaged: {error}") from None
    try:
        return _read(path, data)
    except ValueError as error:
        raise FormatError(f"{path}: holds no blobs: {error}") from None


def _header(content: Content) -> bytes:
    notes = {f"{entry.layer}/{entry.index}": about(entry) for entry in content.entries}
    metadata = {"origin": _json(content.origin), "blobs": _json(notes)}
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


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _read(path: Path, data: memoryview) -> Blobs:
    (length,) = _LENGTH.unpack_from(data)
    header = json.loads(bytes(data[_LENGTH.size : _LENGTH.size + length]))
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for key, tensor in header.items():
        if tensor["dtype"] not in _DTYPES:
            raise FormatError(f"{path}: '{key}' holds {tensor['dtype']}, not floats of NumPy's")
        begin, end = (_LENGTH.size + length + offset for offset in tensor["data_offsets"])
        array = np.frombuffer(data[begin:end], _DTYPES[tensor["dtype"]])
        arrays[key] = array.reshape(tensor["shape"])
    if not all(_is_key(key) for key in arrays):
        return from_state(arrays, {})
    notes = json.loads(metadata.get("blobs", "{}"))
    owned: dict[tuple[str, int], tuple[str, Array]] = {}
    aliases: dict[tuple[str, int], list[Alias]] = {}
    starts: dict[tuple[str, int], Start] = {}
    for text, array in arrays.items():
        layer, _, index = text.rpartition("/")
        name, shared, start = told(notes.get(text, {}))
        key = layer, int(index)
        owned[key] = name, array
        aliases[key] = shared
        if start is not None:
            starts[key] = start
    return Blobs(owned, aliases, json.loads(metadata.get("origin", "{}")), starts)


def _is_key(key: str) -> bool:
    layer, _, index = key.rpartition("/")
    return bool(layer) and index.isdecimal()
