"""A folder on any file system that fsspec reaches, in which a file is whole or not there."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import fillerkit as fk
from fillerkit.formats.damage import one_line
from fillerkit.formats.whole_file import whole_file
from fillerkit.libraries import library

_PART = re.compile(r"\.(.+)\.[0-9a-f]{16}\.part")
"""A file that is not whole yet, and what it is to be called."""


@dataclass(frozen=True)
class Place:
    """A folder that any machine finds by its address.

    Attributes
    ----------
    url : str
        A path, or what fsspec knows: ``s3://bucket/folder``.
    options : mapping
        What fsspec's file system is to be told besides.
    """

    url: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, url: str | os.PathLike[str], options: Mapping[str, Any] | None = None) -> Place:
        """The place of an address that a person gives; a path from here is made one from anywhere.

        Raises
        ------
        UsageError
            There is no such kind of address, or what reaches it is not installed.
        """
        place = cls(os.fspath(url), dict(options or {}))
        try:
            system, folder = place._reached()
        except Exception as error:
            raise fk.UsageError(f"'{url}' cannot be reached: {one_line(error)}") from None
        if _is_local(system):
            return cls(os.path.realpath(folder), place.options)
        return place

    def __str__(self) -> str:
        return self.url

    def path(self, name: str) -> str:
        """The address of a file, for people."""
        return f"{self.url.rstrip('/')}/{name}"

    def make(self) -> None:
        """Make the folder where there is none."""
        with self._told("cannot be made"):
            system, folder = self._reached()
            system.makedirs(folder, exist_ok=True)

    def names(self) -> list[str]:
        """The files in it; none where there is no folder."""
        with self._told("cannot be read"):
            system, folder = self._reached()
            system.invalidate_cache()
            try:
                found = system.ls(folder, detail=False)
            except FileNotFoundError:
                return []
            except NotADirectoryError:
                raise fk.FormatError(f"{self}: is no folder") from None
            return sorted(path.rstrip("/").rpartition("/")[2] for path in found)

    def size(self, name: str) -> int | None:
        """The size of a file; None where there is none."""
        with self._told("cannot be read", name):
            system, folder = self._reached()
            system.invalidate_cache()
            try:
                size: int = system.info(f"{folder}/{name}")["size"]
            except FileNotFoundError:
                return None
            return size

    def begin(self, name: str, size: int) -> bytes:
        """The first bytes of a file."""
        with self._told("cannot be read", name):
            system, folder = self._reached()
            data: bytes = system.cat_file(f"{folder}/{name}", start=0, end=size)
            return data

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._told("cannot be removed", name):
            system, folder = self._reached()
            with suppress(FileNotFoundError):
                system.rm_file(f"{folder}/{name}")

    def remove_unfinished(self, names: Collection[str]) -> None:
        """Remove what ended runs left of some files; where there are locks, `whole` does it."""
        system, _ = self._reached()
        for each in [] if _is_local(system) else self.names():
            part = _PART.fullmatch(each)
            if part and part[1] in names:
                self.remove(each)

    @contextmanager
    def whole(self, name: str, size: int) -> Iterator[IO[bytes]]:
        """Open a new file of so many bytes; it takes its place when the block ends well."""
        system, folder = self._reached()
        if _is_local(system):
            with whole_file(Path(folder, name), size) as file:
                yield file
            return
        part = f"{folder}/.{name}.{os.urandom(8).hex()}.part"
        with self._told("cannot be written", name):
            try:
                # An error closes this file, which then is there as far as it was written.
                with system.open(part, "wb") as file:
                    yield file
                system.mv(part, f"{folder}/{name}")
            except BaseException:
                with suppress(Exception):
                    system.rm_file(part)
                raise

    def _reached(self) -> tuple[Any, str]:
        """The file system, and the folder as it calls it."""
        system, folder = library("fsspec.core", "fillerkit.dask", "dask").url_to_fs(
            self.url, **self.options
        )
        return system, folder.rstrip("/")

    @contextmanager
    def _told(self, what: str, name: str = "") -> Iterator[None]:
        """Tell an error of a file system in one line that names the file."""
        try:
            yield
        except fk.FillerkitError:
            raise
        except Exception as error:
            path = self.path(name) if name else self.url
            raise fk.FormatError(f"{path}: {what}: {one_line(error)}") from None


def _is_local(system: Any) -> bool:
    return isinstance(system, library("fsspec.implementations.local", "", "dask").LocalFileSystem)
