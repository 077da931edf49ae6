"""Weight files as pycaffe reads them: their content says the format, not their name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import fillerkit as fk
from fillerkit.libraries import library
from fillerkit.python_layers.blob import BlobVec

_HDF5 = b"\x89HDF\r\n\x1a\n"
OUR_FORMATS = {".npz": "npz", ".pt": "pt", ".pth": "pt", ".safetensors": "safetensors"}


def check_file(path: str | os.PathLike[str]) -> None:
    """Refuse a file that is not there as pycaffe does."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"the path of a file is wanted, as a str, not {type(path).__name__}")
    if not os.access(path, os.R_OK) or Path(path).is_dir():
        raise RuntimeError(f"Could not open file {os.fspath(path)}")


def format_of(path: Path) -> str:
    """The format of a weight file, by what it begins with; of fillerkit's own, by suffix too."""
    with path.open("rb") as file:
        start = file.read(9)
    if start.startswith(_HDF5):
        return "h5"
    own = OUR_FORMATS.get(path.suffix.lower())
    if own is not None and (start[8:] == b"{" if own == "safetensors" else start[:2] == b"PK"):
        return own
    return "caffemodel"


def add_diffs(path: str | os.PathLike[str], layers: Iterable[tuple[str, BlobVec]]) -> None:
    """Write gradients into an HDF5 file, as Caffe does: of shared blobs too."""
    with library("h5py", "HDF5", "formats").File(path, "r+") as file:
        for name, blobs in layers:
            group = file.require_group(f"diff/{name}")
            for index, blob in enumerate(blobs):
                group.create_dataset(str(index), data=blob.diff)


def layers_of(source: fk.Blobs, path: str | os.PathLike[str]) -> dict[str, Sequence[Any]]:
    """The arrays of every layer of a weight file by name; a layer may have none."""
    names: list[str] = []
    if source.model is not None:
        names = [message.name for _, message in source.model.layers]
    elif format_of(Path(path)) == "h5":
        names = _groups(path)
    return {**dict.fromkeys(names, ()), **source}


def _groups(path: str | os.PathLike[str]) -> list[str]:
    """The layers of an HDF5 file: the groups that hold datasets, or nothing."""
    h5py, found = library("h5py", "HDF5", "formats"), []

    def look(name: str, item: Any) -> None:
        if isinstance(item, h5py.Group):
            inside = [isinstance(inner, h5py.Group) for inner in item.values()]
            found.extend([name] * (not any(inside)))

    with h5py.File(path) as file:
        file["data"].visititems(look)
    return found
