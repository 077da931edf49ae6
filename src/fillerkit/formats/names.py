"""Names of layers in files: those that no format can hold, and those that cannot be paths."""

from __future__ import annotations

from pathlib import Path

from fillerkit.errors import FormatError
from fillerkit.formats.entry import Content


def check_places(path: Path, content: Content) -> None:
    """Refuse blobs that would not be found again where they were, before anything is written.

    Raises
    ------
    FormatError
        A layer has no name or one that is no text, two blobs have one place, or a layer's blobs
        are not numbered from 0.
    """
    places: dict[str, set[int]] = {}
    for entry in content.entries:
        shared = [(alias.layer, alias.index) for alias in entry.aliases]
        for layer, index in ((entry.layer, entry.index), *shared):
            if index in places.setdefault(layer, set()):
                raise FormatError(f"{path}: two blobs are both blob {index} of layer {layer!r}")
            places[layer].add(index)
    for layer, indices in places.items():
        if not layer:
            raise FormatError(f"{path}: layer name '' cannot be a path or a key: name the layer")
        if not _is_text(layer):
            raise FormatError(f"{path}: layer name {layer!r} is no text (half a character)")
        if sorted(indices) != list(range(len(indices))):
            raise FormatError(
                f"{path}: layer {layer!r} has the blobs {sorted(indices)}; they are numbered from "
                "0 without a gap"
            )


def encoded(path: Path, name: str, encoding: str) -> bytes:
    """A name as bytes, in the encoding that names had where the values come from."""
    try:
        return name.encode(encoding)
    except UnicodeEncodeError:
        raise FormatError(
            f"{path}: name {name!r} cannot be written in {encoding}, as the others"
        ) from None


def _is_text(name: str) -> bool:
    """Whether a name can be written in UTF-8: a surrogate without its other half cannot."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


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
