"""Weight files: named blobs in, a file out, and back. One module a format."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from fillerkit.encoding import check_encoding
from fillerkit.errors import FormatError, Keyword, UsageError, check_kind, what_there_is
from fillerkit.formats.entry import Content as Content
from fillerkit.formats.entry import Entry as Entry
from fillerkit.formats.names import check_places
from fillerkit.formats.stored import Said
from fillerkit.formats.stored import Stored as Stored
from fillerkit.regular_file import is_folder

FORMATS = {
    "npz": (".npz",),
    "caffemodel": (".caffemodel",),
    "h5": (".h5", ".hdf5"),
    "safetensors": (".safetensors",),
    "pt": (".pt", ".pth"),
}
"""The formats by name, which is that of the module, with the suffixes that choose each."""

NAMES = ("caffe", "torch")
"""Whose names the keys of a ``.safetensors`` are: ``conv1/0``, or ``conv1.weight``."""


class _Format(Protocol):
    """What every format's module offers."""

    def write(self, path: Path, content: Content) -> None: ...
    def read(self, path: Path, said: Said) -> Stored: ...


def save(
    path: str | os.PathLike[str],
    content: Content,
    format: str | None = None,
    names: str | None = None,
) -> None:
    """Write blobs, one after the other, to a new file of a format, its suffix's if none is said."""
    chosen = format_to_write(path, format, names)
    path = Path(path)
    check_places(path, content)
    torch_names = chosen == "safetensors" and names == "torch"
    _module("torch_names" if torch_names else chosen).write(path, content)


def format_to_write(
    path: str | os.PathLike[str], format: str | None = None, names: str | None = None
) -> str:
    """The format of a file that is to be written; refuses what `save` would refuse of its name."""
    check_kind("path", path, (str, os.PathLike), "the name of the file to write")
    path, chosen = Path(path), _format(Path(path), format, "with ", Keyword("format", "npz"))
    if names is not None:
        _check_names(path, chosen, names)
    return chosen


def _check_names(path: Path, format: str, names: str) -> None:
    """Refuse a choice of names that a format does not leave."""
    if names not in NAMES:
        raise UsageError(f"names is {' or '.join(map(repr, NAMES))}, not {names!r}")
    always = {"safetensors": names, "pt": "torch"}.get(format, "caffe")
    if names != always:
        whose = {"torch": "PyTorch's", "caffe": "Caffe's"}[always]
        raise UsageError(
            f"'{path}': the names in a .{format} are {whose} always: only a .safetensors takes ",
            Keyword("names", names),
        )


def load(
    path: str | os.PathLike[str],
    format: str | None = None,
    encoding: str | None = None,
    proto: str | os.PathLike[str] | None = None,
) -> Stored:
    """Read a file, or a folder of shards; see `fillerkit.load`."""
    check_encoding(encoding)
    path, said = Path(path), Said(encoding, proto)
    if format in (None, "safetensors") and _is_sharded(path):
        from fillerkit.formats import shards

        return shards.read(path, said)
    if format is None and _of_suffix(path) is None and not os.path.lexists(path):
        raise FormatError(f"{path}: there is no such file")  # its name may be what is wrong
    in_python = "in Python with fillerkit.load(path, format='npz')"
    return _module(_format(path, format, in_python)).read(path, said)


def content_of(stored: Stored) -> Content:
    """Blobs that are in memory, as what a format writes."""
    entries = [
        Entry(
            layer,
            index,
            name,
            array.shape,
            array.dtype,
            iter([array.reshape(-1)]),
            tuple(stored.aliases.get((layer, index), ())),
            stored.starts.get((layer, index)),
        )
        for (layer, index), (name, array) in stored.owned.items()
    ]
    return Content(entries, stored.origin, stored.model)


def _is_sharded(path: Path) -> bool:
    """Whether a path is that of an index of shards, or of a folder that is to have one."""
    if path.name.endswith(".safetensors.index.json"):
        return True
    return is_folder(path) and _of_suffix(path) is None


def _of_suffix(path: Path) -> str | None:
    suffix = path.suffix.lower()
    return next((name for name, suffixes in FORMATS.items() if suffix in suffixes), None)


_OTHERS = {
    ".onnx": "; ONNX holds a net with its weights: fillerkit export writes it",
    ".prototxt": "; a .prototxt is a net: fillerkit show shows it",
}
"""What to do with files that are taken for weights, by suffix."""


def _format(path: Path, name: str | None, *named: str | Keyword) -> str:
    """The name of a file's format; `named` tells how a person says it."""
    if name is None:
        name = _of_suffix(path)
        if name is None:
            known = ", ".join(suffix for suffixes in FORMATS.values() for suffix in suffixes)
            way: tuple[str | Keyword, ...] = (", or the format has to be named, ", *named)
            if other := _OTHERS.get(path.suffix.lower()):
                way = (other,)
            raise UsageError(
                f"'{path}': the name has to end in one of {known}, which chooses the format", *way
            )
    elif name not in FORMATS:
        raise UsageError(f"unknown format '{name}'{what_there_is(name, FORMATS)}")
    return name


def _module(name: str) -> _Format:
    return cast("_Format", import_module(f"fillerkit.formats.{name}"))
