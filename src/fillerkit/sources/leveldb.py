"""The records of a LevelDB."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fillerkit.errors import LayerError
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.needed import library

_TABLES = (".ldb", ".sst")
_COPIED = ("CURRENT", "MANIFEST-*", "*.log")


def values(layer: LayerParameter, folder: Path) -> Generator[bytes, None, None]:
    """The values of all keys, in the order of the keys' bytes, each read when it is asked for.

    LevelDB has no mode that only reads: to open a database is to lock it, to rewrite its log and
    to delete files that are not in use. So a stand-in is opened, a folder for the time being in
    which the large files, the tables, are links, and the small ones are copies.
    """
    package = library(layer, "plyvel", "plyvel", "plyvel_next")
    with TemporaryDirectory(prefix="fillerkit-") as stand_in:
        try:
            _fill(Path(stand_in), folder)
            with closing(package.DB(stand_in)) as database:
                yield from _values(database)
                return
        except (OSError, package.Error) as error:
            why = _said(error).replace(stand_in, str(folder))
        raise LayerError(
            f"its source '{folder}' cannot be read as a LevelDB: {why}", field="data_param.source"
        )


def _fill(stand_in: Path, folder: Path) -> None:
    """Fill the stand-in for a database; whatever LevelDB does in it, the database stays as it is.

    Tables are linked under the name of old, ``.sst``: LevelDB reads them, but never writes to it.
    Under ``.ldb`` it might, as it reuses the number of a table that an interrupted program left.
    """
    files = sorted(filter(Path.is_file, folder.iterdir()), reverse=True)
    tables = {file.stem: file for file in files if file.suffix in _TABLES}  # .ldb before .sst
    for number, table in tables.items():
        _link(stand_in / f"{number}.sst", table.absolute())
    for file in files:
        if any(file.match(pattern) for pattern in _COPIED):
            shutil.copyfile(file, stand_in / file.name)
    if b"/" in (stand_in / "CURRENT").read_bytes():
        raise OSError("its CURRENT names a file that is not beside it")


def _link(link: Path, file: Path) -> None:
    """Link to a file, or copy it where links are not allowed."""
    try:
        link.symlink_to(file)
    except (OSError, NotImplementedError):
        shutil.copyfile(file, link)


def _values(database: Any) -> Generator[bytes, None, None]:
    """The values, through the iterator that does not take damage for the end."""
    with database.raw_iterator(verify_checksums=True) as record:
        record.seek_to_first()
        while record.valid():
            yield bytes(record.value())
            record.next()


def _said(error: Exception) -> str:
    """What went wrong: LevelDB's own words come as the text of bytes, its tables as ``.sst``."""
    said = str(error)
    return said[2:-1].replace(".sst", "") if said.startswith("b'") else said
