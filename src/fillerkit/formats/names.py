"""Names of layers where they are paths inside a file."""

from __future__ import annotations

from pathlib import Path

from fillerkit.errors import FormatError


def checked_name(path: Path, layer: str) -> str:
    """A layer's name, if it can be a path inside a file; unpacked, none may lead out of a folder.

    Raises
    ------
    FormatError
        It begins with a slash, or a part of it is empty, ``.`` or ``..``.
    """
    parts = layer.split("/")
    if "\0" in layer or any(part in ("", ".", "..") for part in parts):
        raise FormatError(
            f"{path}: layer name {layer!r} cannot be a path inside the file: rename the layer, or "
            "write a .caffemodel or .safetensors"
        )
    return layer
