"""Weight files as pycaffe takes them: by what they hold, whatever they are called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from fillerkit.errors import FormatError
from fillerkit.layers.shapes import shown
from fillerkit.pycaffe.blob import BlobVec

_HDF5 = b"\x89HDF\r\n\x1a\n"
_OUR_FORMATS = {".npz": "npz", ".pt": "pt", ".pth": "pt", ".safetensors": "safetensors"}


def check_file(path: str | os.PathLike[str]) -> None:
    """Refuse a file that is not there as pycaffe does."""
    if not os.access(path, os.R_OK) or Path(path).is_dir():
        raise RuntimeError(f"Could not open file {os.fspath(path)}")


def format_of(path: Path) -> str:
    """The format of a weight file, by what it begins with; of fillerkit's own, by suffix too."""
    with path.open("rb") as file:
        start = file.read(9)
    if start.startswith(_HDF5):
        return "h5"
    own = _OUR_FORMATS.get(path.suffix.lower())
    if own is not None and (start[8:] == b"{" if own == "safetensors" else start[:2] == b"PK"):
        return own
    return "caffemodel"


def check_fits(name: str, blobs: BlobVec, shapes: Sequence[Sequence[int]], file: str) -> None:
    """Refuse a layer that does not fit; shapes of four axes may lead with ones."""
    if len(blobs) != len(shapes):
        raise FormatError(
            f"{file}: layer '{name}' has {len(shapes)} blobs there and {len(blobs)} in the net"
        )
    for index, (blob, shape) in enumerate(zip(blobs, shapes, strict=True)):
        ours, theirs = tuple(blob.shape), tuple(shape)
        if ours != theirs and (len(theirs) != 4 or theirs != (1,) * (4 - len(ours)) + ours):
            raise FormatError(
                f"{file}: layer '{name}': its blob {index} is {shown(theirs)} there, "
                f"{shown(ours)} in the net; give the layer another name to learn it anew"
            )
