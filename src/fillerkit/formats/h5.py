"""Caffe's ``.caffemodel.h5``: a dataset ``/data/<layer>/<index>`` for each blob.

As Caffe writes it, every layer has a group, the ones without blobs too, and a blob that several
layers share is stored by its owner only. Two things stand beside, as attributes that Caffe does
not look at: on the file, where the values come from; on a dataset, its name, what it was filled
with and who shares it. The library lays the file out; the values are written behind its back, in
the order in which they are made, and read as a view into the mapped file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fillerkit.blobs import Alias, Array, Blobs, Start
from fillerkit.errors import FormatError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.library import library
from fillerkit.formats.mapped import mapped
from fillerkit.formats.names import checked_name
from fillerkit.formats.notes import about, told
from fillerkit.formats.whole_file import whole_file
from fillerkit.splits import with_splits

_ROOT = "data"
_ATTRIBUTE = "fillerkit"


def write(path: Path, content: Content) -> None:
    """Lay the file out with the library, then write each blob's values where it goes."""
    h5py = library("h5py", "HDF5", "formats")
    with whole_file(path) as file:
        with h5py.File(file, "w", libver=("earliest", "v108")) as layout:
            layout.attrs[_ATTRIBUTE] = json.dumps(content.origin, sort_keys=True)
            root = layout.create_group(_ROOT)
            for name in _groups(path, content):
                root.require_group(name)
            places = [_dataset(h5py, root, entry) for entry in content.entries]
        with BackgroundWriter(file) as writer:
            for entry, place in zip(content.entries, places, strict=True):
                writer.seek(place)
                for chunk in entry.chunks:
                    writer.write(chunk.view(np.uint8).data)


def read(path: Path) -> Blobs:
    """Read Caffe's layout, of this program or of Caffe; only what is looked at is read."""
    h5py = library("h5py", "HDF5", "formats")
    data = mapped(path)
    try:
        with h5py.File(path, "r") as file:
            if _ROOT not in file or not isinstance(file[_ROOT], h5py.Group):
                raise FormatError(f"{path}: is no weight file of Caffe's: it has no group /{_ROOT}")
            return _read(h5py, path, file, data)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise FormatError(f"{path}: is not an HDF5 file, or is damaged: {error}") from None


def _groups(path: Path, content: Content) -> Iterator[str]:
    """The layers' names, each of which gets a group."""
    model = content.model
    if model is None:
        keys = [entry.layer for entry in content.entries]
    else:
        split = with_splits([layer for _, layer in model.layers])
        keys = [layer.name if i is None else model.layers[i][0] for i, layer in split]
    for key in keys:
        yield checked_name(path, key)


def _dataset(h5py: Any, root: Any, entry: Entry) -> int:
    """Make room for a blob, and say at which byte of the file it lies."""
    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_layout(h5py.h5d.CONTIGUOUS)
    layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    layout.set_obj_track_times(False)
    space = h5py.h5s.create_simple(entry.shape) if entry.shape else h5py.h5s.create(h5py.h5s.SCALAR)
    kind = h5py.h5t.py_create(entry.dtype.newbyteorder("<"))
    group = root.require_group(entry.layer)
    made = h5py.h5d.create(group.id, str(entry.index).encode(), kind, space, layout)
    dataset = h5py.Dataset(made)
    dataset.attrs[_ATTRIBUTE] = json.dumps(about(entry), sort_keys=True)
    place: int = made.get_offset()
    return place


def _read(h5py: Any, path: Path, file: Any, data: memoryview) -> Blobs:
    owned: dict[tuple[str, int], tuple[str, Array]] = {}
    aliases: dict[tuple[str, int], list[Alias]] = {}
    starts: dict[tuple[str, int], Start] = {}
    for key, dataset in _datasets(h5py, file[_ROOT]):
        name, shared, start = told(_note(dataset))
        owned[key] = name, _values(h5py, path, dataset, data)
        aliases[key] = shared
        if start is not None:
            starts[key] = start
    return Blobs(owned, aliases, _note(file), starts)


def _datasets(h5py: Any, root: Any) -> Iterator[tuple[tuple[str, int], Any]]:
    """All blobs by layer and index. A layer's name may hold slashes, and so be groups in groups.

    A link that leads out of the file, or back up, is not followed.
    """
    groups = [("", root)]
    while groups:
        layer, group = groups.pop(0)
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                continue
            thing = group[name]
            if isinstance(thing, h5py.Dataset) and name.isdecimal():
                if not layer:
                    raise ValueError(f"a blob, /{_ROOT}/{name}, is in no layer")
                yield (layer, int(name)), thing
            elif isinstance(thing, h5py.Group) and len(layer) + len(name) < 4096:
                groups.append((f"{layer}/{name}" if layer else name, thing))


def _note(thing: Any) -> dict[str, Any]:
    text = thing.attrs.get(_ATTRIBUTE)
    note: dict[str, Any] = json.loads(text) if isinstance(text, str) else {}
    return note


def _values(h5py: Any, path: Path, dataset: Any, data: memoryview) -> Array:
    """A view into the file where the values lie in one piece; the library's copy where not."""
    dtype, shape = dataset.dtype, dataset.shape
    if dtype.kind != "f" or shape is None:
        raise FormatError(f"{path}: {dataset.name} holds {dtype}, not floats")
    begin = dataset.id.get_offset()
    if begin is not None and dataset.chunks is None and not dataset.external:
        if begin + dataset.nbytes > len(data):
            raise FormatError(f"{path}: {dataset.name} is cut: the file ends before it does")
        return np.frombuffer(data, dtype, dataset.size, begin).reshape(shape)
    if dataset.nbytes > _MOST * len(data):
        raise FormatError(
            f"{path}: {dataset.name} says it holds {dataset.nbytes:,} bytes, which the file's "
            f"{len(data):,} cannot be"
        )
    values: Array = np.asarray(dataset[()])
    values.flags.writeable = False
    return values


_MOST = 1100
"""How many times its size a file can hold: deflate's limit is 1032."""
