"""Weight files: named blobs in, a file out, and back. One module a format."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from fillerkit.blobs import Blobs
from fillerkit.errors import UsageError
from fillerkit.formats import npz
from fillerkit.formats.entry import Entry as Entry


class _Format(Protocol):
    """What every format's module offers."""

    def write(self, path: Path, entries: Iterable[Entry], origin: Mapping[str, Any]) -> None: ...
    def read(self, path: Path) -> Blobs: ...


_FORMATS: dict[str, _Format] = {".npz": npz}


def save(path: str | os.PathLike[str], entries: Iterable[Entry], origin: Mapping[str, Any]) -> None:
    """Write blobs, one after the other, to a new file of the format its suffix names."""
    _format(Path(path)).write(Path(path), entries, origin)


def load(path: str | os.PathLike[str]) -> Blobs:
    """Read the blobs of a file, memory-mapped where the format allows.

    Parameters
    ----------
    path
        A file that fillerkit wrote, or any ``.npz`` with keys ``<layer>/<index>``.

    Returns
    -------
    Blobs
        Its arrays are read-only.

    Raises
    ------
    FormatError
        The file is not there, or not of its format, or damaged.
    """
    return _format(Path(path)).read(Path(path))


def entries_of(blobs: Blobs) -> Iterator[Entry]:
    """Blobs that are in memory, as what a format writes."""
    for layer, index, name, array, aliases in blobs.owned():
        flat = array.reshape(-1)
        yield Entry(layer, index, name, array.shape, array.dtype, iter([flat]), aliases)


def _format(path: Path) -> _Format:
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        known = " or ".join(_FORMATS)
        raise UsageError(
            f"'{path}': the name has to end in {known}, which chooses the format"
        ) from None
