"""Caffe's ``.caffemodel.h5``: a dataset ``/data/<layer>/<index>`` for each blob.

As Caffe writes it, every layer has a group, the ones without blobs too, and a blob that several
layers share is stored by its owner only. Two things stand beside, as attributes that Caffe does
not look at: on the file, where the values come from; on a dataset, its name, what it was filled
with and who shares it. The library lays the file out, in memory, which takes all but the values;
those are written behind its back, in the order in which they are made, and read as a view into
the mapped file.

Of a file, only what lies in it is read: no links, no values in other files, no filters but the
usual ones.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Container, Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from fillerkit.encoding import UTF8, Reading, of_origin
from fillerkit.encoding import reading as reading_of
from fillerkit.errors import FormatError, FormatWarning, some
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.damage import reading
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.mapped import check_floats, frozen, mapped, view
from fillerkit.formats.names import checked_name, encoded
from fillerkit.formats.notes import Found, about, as_json, gathered, parsed, with_names
from fillerkit.formats.sparse import SparseFile
from fillerkit.formats.stored import Array, Said, Stored
from fillerkit.formats.whole_file import whole_file
from fillerkit.hdf5 import MOST, check_packed
from fillerkit.layers.splits import with_splits
from fillerkit.libraries import library

_ROOT = "data"
_ATTRIBUTE = "fillerkit"
_LIMIT = 64_000  # bytes of an attribute


def write(path: Path, content: Content) -> None:
    """Lay the file out with the library, then write each blob's values where it goes."""
    h5py = library("h5py", "HDF5", "formats")
    encoding = of_origin(content.origin)
    names = list(_groups(path, content))
    _warn_of_slashes(path, names, {entry.layer for entry in content.entries})
    groups = [_link(path, name, encoding) for name in names]
    layout = SparseFile()
    with h5py.File(layout, "w", libver=("earliest", "v108")) as made:
        made.attrs[_ATTRIBUTE] = _attribute(path, as_json(content.origin))
        root = made.create_group(_ROOT)
        for name in groups:
            _group(h5py, root, name)
        places = [_dataset(h5py, path, root, entry, encoding) for entry in content.entries]
    with whole_file(path, content.nbytes) as file:
        file.truncate(layout.size)
        with BackgroundWriter(file) as writer:
            for begin, page in layout.pages():
                writer.seek(begin)
                writer.write(page)
            for entry, place in zip(content.entries, places, strict=True):
                if place is not None:
                    writer.seek(place)
                for piece in entry.pieces:
                    writer.write(piece)


def read(path: Path, said: Said) -> Stored:
    """Read Caffe's layout, of this program or of Caffe; only what is looked at is read."""
    h5py = library("h5py", "HDF5", "formats")
    data = mapped(path)
    with reading(path, "an HDF5 file of blobs"), h5py.File(path, "r") as file:
        root = file.get(_ROOT, getlink=True)
        if root is None:
            raise FormatError(f"{path}: is no weight file of Caffe's: it has no group /{_ROOT}")
        if not isinstance(root, h5py.HardLink):
            raise ValueError(f"its group /{_ROOT} is a link, which is not followed")
        links: list[bytes] = []
        datasets = list(_datasets(h5py, file[_ROOT], links))
        places = [dataset.id.get_offset() for _, _, dataset in datasets]
        if None not in places:  # in the order in which the values were written
            datasets = [datasets[i] for i in sorted(range(len(places)), key=places.__getitem__)]
        origin = _note(file)
        known = of_origin(origin)
        names = Reading(known) if known != UTF8 else reading_of(str(path), links, said.encoding)
        named = [(layer.decode(names.encoding), index, each) for layer, index, each in datasets]
        return with_names(gathered(_found(h5py, named, data), origin), names)


def _groups(path: Path, content: Content) -> Iterator[str]:
    """The layers' names, each of which gets a group."""
    model = content.model
    blobs = {entry.layer for entry in content.entries}
    names = list(blobs)
    if model is not None:
        split = with_splits([layer for _, layer in model.layers])
        keys = [(i is not None and model.layers[i][0]) or layer.name for i, layer in split]
        names = [key for key in keys if key] + [name for name in blobs if name not in set(keys)]
    values = {f"{entry.layer}/{entry.index}" for entry in content.entries}
    for name in names:
        parts = checked_name(path, name).split("/")
        for end in range(1, len(parts) + 1):
            if "/".join(parts[:end]) in values:
                raise FormatError(
                    f"{path}: in HDF5 layer {name!r} would lie in a blob of layer "
                    f"{'/'.join(parts[: end - 1])!r}: rename one of them, or write another format"
                )
        yield name


def _warn_of_slashes(path: Path, names: Sequence[str], with_blobs: Container[str]) -> None:
    """Tell of what Caffe 1.0 does with layers whose names are paths.

    It looks for layers in ``/data`` alone, and takes all that is in the group of one for its blobs.
    """
    lost = [name for name in names if "/" in name and name in with_blobs]
    inside = ((name, end) for name in names for end, sign in enumerate(name) if sign == "/")
    around = [(name[:end], name) for name, end in inside if name[:end] in {*names}]
    if around:
        outer, inner = around[0]
        what = f"stops at layer '{outer}', in whose group that of '{inner}' lies"
    elif lost:
        what = f"takes no blobs of layers whose names hold '/', and says nothing: {some(lost)}"
    else:
        return
    warnings.warn(
        f"{path}: Caffe 1.0 reads this HDF5 file otherwise: it {what}; fillerkit reads all of it, "
        "and Caffe all of a .caffemodel",
        FormatWarning,
        stacklevel=5,  # where a person saves blobs
    )


def _link(path: Path, layer: str, encoding: str) -> str | bytes:
    """A layer's name as the library is to write it: as bytes, unless they are UTF-8."""
    return layer if encoding == UTF8 or layer.isascii() else encoded(path, layer, encoding)


def _group(h5py: Any, root: Any, name: str | bytes) -> Any:
    """The group of a layer, made where it is not there; only its lower part takes any bytes."""
    if isinstance(name, str):
        return root.require_group(name)
    group = root.id
    for part in name.split(b"/"):
        there = group.links.exists(part)
        group = h5py.h5g.open(group, part) if there else h5py.h5g.create(group, part)
    return h5py.Group(group)


def _dataset(h5py: Any, path: Path, root: Any, entry: Entry, encoding: str) -> int | None:
    """Make room for a blob, and say at which byte of the file it lies, if it has values."""
    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_layout(h5py.h5d.CONTIGUOUS)
    layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    layout.set_obj_track_times(False)
    space = h5py.h5s.create_simple(entry.shape) if entry.shape else h5py.h5s.create(h5py.h5s.SCALAR)
    kind = h5py.h5t.py_create(entry.dtype.newbyteorder("<"))
    group = _group(h5py, root, _link(path, entry.layer, encoding))
    made = h5py.h5d.create(group.id, str(entry.index).encode(), kind, space, layout)
    dataset = h5py.Dataset(made)
    dataset.attrs[_ATTRIBUTE] = _attribute(path, as_json(about(entry)))
    place: int | None = made.get_offset()
    return place


def _attribute(path: Path, text: str) -> np.bytes_:
    """A text of fixed length: of the other kind, a damaged file can claim any length."""
    if len(text) > _LIMIT:
        raise FormatError(
            f"{path}: HDF5 has room for {_LIMIT:,} bytes beside a blob, and who shares this one "
            f"takes {len(text):,}: write .safetensors"
        )
    return np.bytes_(text.encode())


def _datasets(h5py: Any, root: Any, links: list[bytes]) -> Iterator[tuple[bytes, int, Any]]:
    """All blobs by layer and index. A layer's name may hold slashes, and so be groups in groups.

    The names of all groups are put into `links`, of those without blobs too.
    """
    groups = deque([(b"", root)])
    seen = set()
    while groups:
        layer, group = groups.popleft()
        info = h5py.h5o.get_info(group.id)
        if (info.fileno, info.addr) in seen:
            raise ValueError(f"several paths lead to the group of layer '{_shown(layer)}'")
        seen.add((info.fileno, info.addr))
        for name in group.id:  # as bytes
            if group.id.links.get_info(name).type != h5py.h5l.TYPE_HARD:
                raise ValueError(
                    f"'{_shown(name)}' in layer '{_shown(layer)}' is a link, which is not followed"
                )
            thing = group[name]
            inside = layer + b"/" + name if layer else name
            if isinstance(thing, h5py.Group):
                groups.append((inside, thing))
                links.append(name)
            elif isinstance(thing, h5py.Dataset):
                if not layer or not name.isdigit():
                    raise ValueError(
                        f"its dataset /{_ROOT}/{_shown(inside)} is not <layer>/<index>"
                    )
                if thing.external or thing.is_virtual:  # to ask its shape may open them
                    raise ValueError(
                        f"the values of '{_shown(inside)}' lie in other files, which are not opened"
                    )
                yield layer, int(name), thing


def _shown(name: bytes) -> str:
    return name.decode(errors="backslashreplace")


def _found(h5py: Any, datasets: Sequence[Any], data: memoryview) -> Iterator[Found]:
    room = MOST * len(data)
    for layer, index, dataset in datasets:
        what = f"'{layer}/{index}'"
        check_floats(dataset.dtype, what)
        if dataset.shape is None:
            raise ValueError(f"{what} has no shape")
        array = _in_place(h5py, dataset, data, what)
        if array is None:
            array = _unpacked(dataset, room, what)
            room -= array.nbytes
        yield layer, index, _note(dataset), array


def _in_place(h5py: Any, dataset: Any, data: memoryview, what: str) -> Array | None:
    """A view into the file, where the values lie there in one piece and as they are."""
    begin = dataset.id.get_offset()
    plain = dataset.id.get_type().equal(h5py.h5t.py_create(dataset.dtype))
    if begin is None or dataset.chunks is not None or not plain:
        return None
    end = begin + dataset.dtype.itemsize * prod(dataset.shape)
    return view(data, begin, end, dataset.dtype, dataset.shape, what)


def _unpacked(dataset: Any, room: int, what: str) -> Array:
    """The library's copy, if the file can hold as much as it says."""
    check_packed(dataset, what, room)
    return frozen(np.asarray(dataset[()]))


def _note(thing: Any) -> dict[str, Any]:
    """Our attribute, if it is there and of our kind."""
    if _ATTRIBUTE not in thing.attrs:
        return {}
    attribute = thing.attrs.get_id(_ATTRIBUTE)
    if attribute.dtype.kind != "S" or attribute.shape != () or attribute.dtype.itemsize > _LIMIT:
        return {}
    return parsed(bytes(thing.attrs[_ATTRIBUTE]))
