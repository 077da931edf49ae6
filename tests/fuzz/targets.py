"""What is fuzzed: one function a reader, given the bytes of a file.

Each has the bytes read from the working directory, and what was read looked at and read once more.
`run` raises where a promise of SECURITY.md is broken.
"""

from __future__ import annotations

import os
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from unittest.mock import patch

import numpy as np
import weights
from google.protobuf import descriptor_pool, text_format
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.message import DecodeError

import fillerkit as fk
from fillerkit.errors import Line
from fillerkit.formats import content_of, mean, safetensors
from fillerkit.formats.shard_plan import Shard, shards_of
from fillerkit.prototxt import fork_schema
from fillerkit.pycaffe.io import (
    array_to_blobproto,
    array_to_datum,
    blobproto_to_array,
    datum_to_array,
)
from fillerkit.pycaffe.training.solver_state import read_state, write_state
from fillerkit.schema.forks_pb2 import BlobProto, Datum, LayerParameter, NetParameter
from fillerkit.sources.mean_file import read_mean

PLYVEL = "plyvel_next" if sys.version_info >= (3, 13) else "plyvel"
"""The LevelDB package, under either of its names."""
SECONDS = 5
"""Of this process, for one input."""
ROOM = 48 << 20
"""Bytes that reading may take besides: a library that is imported, what is kept for the next."""
FILLED = 1000
"""Values of a net that is filled: more may be asked for, and take their time."""
UNPACKED = 1100
"""Times the file that packed values may unpack to; they are in memory twice, read and read back."""

NET = b'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3] } } }\n'
LAYERS = {
    "Data": "data_param {{ source: 'db' backend: {backend} batch_size: 2 }}",
    "HDF5Data": "hdf5_data_param {{ source: 'list' batch_size: 2 }}",
    "ImageData": "image_data_param {{ source: 'list' batch_size: 2 }}",
    "WindowData": "transform_param {{ crop_size: 2 }} window_data_param {{ source: 'list' "
    "batch_size: 2 }}",
}

_CHECKSUM_FOLLOWS = 8
_ENTRY, _MEMBER = b"PK\1\2", struct.Struct("<10xH8xI18xI")
"""What begins a member's entry in a zip archive's table; its method, its size, where it lies."""


ALONE = False
"""Whether nothing else runs in this process, so that its memory tells of the reader alone."""


@dataclass(frozen=True)
class Target:
    """A reader under test.

    Attributes
    ----------
    read
        Has the bytes read; an error of fillerkit is a good end.
    needs
        The modules without which it reads nothing.
    text
        Whether names of fields are worth a try.
    """

    read: Callable[[bytes], object]
    needs: tuple[str, ...] = ()
    text: bool = False


def run(name: str, data: bytes) -> bool:
    """Whether the bytes are read; the only other way out is a refusal as SECURITY.md promises."""
    with _bounded(len(data)):
        try:
            TARGETS[name].read(data)
        except fk.FillerkitError as error:
            _check_words(error)
            return False
        return True


@contextmanager
def _bounded(size: int) -> Iterator[None]:
    """No more time than a moment, no more memory than the bytes can hold."""
    _forget_peak()
    before, start = _peak(), time.process_time()
    yield
    grown, seconds = _peak() - before, time.process_time() - start
    if ALONE:
        assert grown < ROOM + 2 * UNPACKED * size, f"{size} bytes took {grown >> 20} MiB"
    assert seconds < SECONDS, f"{size} bytes took {seconds:.0f} s"


def _peak() -> int:
    """The most bytes of memory since it was forgotten; of other systems nothing is known.

    What getrusage says counts what the parent had when this process was started.
    """
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


def _forget_peak() -> None:
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")


def _check_words(error: fk.FillerkitError) -> None:
    """Printable, and in one line unless it is a list of ours."""
    text = str(error)
    _check_printable(text)
    if not any(isinstance(part, Line) for part in error.words):
        assert "\n" not in text, text


def _check_printable(*texts: str) -> None:
    for text in texts:
        for line in text.split("\n"):
            assert line.isprintable(), ascii(line)


@contextmanager
def _again(what: str) -> Iterator[None]:
    """What was read once is read again."""
    try:
        yield
    except fk.FillerkitError as error:
        raise AssertionError(f"{what} is refused: {error}") from error


def _put(name: str, data: bytes) -> Path:
    """A new file in place of an old one: values that are mapped stay as they were."""
    path = Path(name)
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    return path


def _net(data: bytes) -> None:
    path = _put("net.prototxt", data)
    report = fk.check(path)
    _check_printable(str(report))
    net = fk.load_net(path)
    assert report.net is not None, f"check says {report.problems[0]}"
    _check_printable(repr(net), net._repr_html_(), *net.notes)
    if _values(net) <= FILLED:
        with suppress(fk.FillerError):
            weights.bits(net.fill(seed=1))
    upgraded = fk.upgrade_text(path)
    with _again("the upgraded net"):
        again = fk.load_net(_put("upgraded.prototxt", upgraded.encode()))
        assert _described(again) == _described(net)


def _message(data: bytes) -> None:
    """A net as a message of bytes: most changes of one are a net again, with other values."""
    try:
        text = text_format.MessageToString(NetParameter.FromString(data), as_utf8=True)
    except (DecodeError, UnicodeDecodeError):
        return
    _net(text.encode("utf-8", "surrogateescape"))


def _values(net: fk.Net) -> int:
    """What is made to fill it: values, and draws of layers that have none."""
    params = [param for layer in net.layers for param in (*layer.params, *layer.forgotten)]
    return sum(param.count for param in params) + sum(layer.draws for layer in net.layers)


def _described(net: fk.Net) -> list[object]:
    """The layers of a net, and the blobs that they fill."""
    return [
        (
            *(layer.name, layer.type, layer.bottoms, layer.tops),
            [(p.name, p.shape, p.owner, _bytes_of(p.filler)) for p in layer.params],
        )
        for layer in net.layers
    ]


def _bytes_of(filler: object) -> bytes:
    """A filler as bytes: one with a NaN in it does not equal itself."""
    return getattr(filler, "SerializeToString", bytes)()


def _solver(data: bytes) -> None:
    _put("net.prototxt", NET)
    path = _put("solver.prototxt", data)
    _check_printable(str(fk.check(path)))
    solver = fk.read_solver(path)
    upgraded = fk.upgrade_text(path)
    with _again("the upgraded solver"):
        again = fk.read_solver(_put("upgraded.prototxt", upgraded.encode()))
        assert again.random_seed == solver.random_seed
        assert again.param.SerializeToString() == solver.param.SerializeToString()


def _solver_state(data: bytes) -> None:
    state = read_state(_put("x.solverstate", data))
    path = Path("again.solverstate")
    write_state(path, state)
    with _again("what was written"):
        again = read_state(path)
        assert (again.iteration, again.step) == (state.iteration, state.step)
        assert [array.tobytes() for array in again.history] == [
            array.tobytes() for array in state.history
        ]


def _weights(suffix: str, data: bytes) -> None:
    blobs = fk.load(_put(f"x.{suffix}", data))
    _check_printable(repr(blobs), blobs._repr_html_(), *map(repr, blobs.values()))
    path = Path(f"again.{suffix}")
    blobs.save(path)  # or it is refused before it is written
    with _again("what was written"):
        again = fk.load(path)
        assert weights.bits(again) == weights.bits(blobs)
        assert weights.names(again) == weights.names(blobs)


def _index(data: bytes) -> None:
    """The index of a folder with two good shards."""
    for shard in shards():
        if not Path(shard.name).exists():
            safetensors.write(Path(shard.name), shard.content)
    blobs = fk.load(_put("model.safetensors.index.json", data))
    _check_printable(repr(blobs), blobs._repr_html_(), *map(repr, blobs.values()))


def shards() -> tuple[Shard, ...]:
    """The shards that an index is fuzzed beside."""
    return shards_of(content_of(weights.small_blobs().stored), 2)


def _archive(suffix: str, data: bytes) -> None:
    """As it is, where a checksum stops most changes, and with checksums that fit."""
    try:
        _weights(suffix, data)
    except fk.FillerkitError as error:
        _check_words(error)
    _weights(suffix, with_checksums(data))


def with_checksums(data: bytes) -> bytes:
    """A zip archive whose members have the checksums that it says, but for those it compresses."""
    mended = bytearray(data)
    at = data.find(_ENTRY)
    while at >= 0 and at + 46 <= len(data):
        method, size, local = _MEMBER.unpack_from(data, at)
        if method == zipfile.ZIP_STORED and local + 30 <= len(data):
            begin = local + 30 + sum(struct.unpack_from("<HH", data, local + 26))
            checksum = struct.pack("<I", zlib.crc32(data[begin : begin + size]))
            mended[at + 16 : at + 20] = checksum
            if not data[local + 6] & _CHECKSUM_FOLLOWS:
                mended[local + 14 : local + 18] = checksum
        at = data.find(_ENTRY, at + 1)
    return bytes(mended)


def _source(kind: str, backend: str = "LMDB") -> None:
    """Set up a layer whose source is here, and read two batches."""
    param = LAYERS[kind].format(backend=backend)
    net = fk.load_net(f'layer {{ name: "x" type: "{kind}" top: "top" top: "label" {param} }}')
    _check_printable(*net.notes)
    assert all(length >= 0 for _, shape in net.layers[0].tops for length in shape)
    for batch in islice(fk.batches(net, seed=1), 2):
        assert all(values.dtype == np.float32 for values in batch.values())


def _lmdb(data: bytes) -> None:
    Path("db").mkdir(exist_ok=True)
    _put("db/data.mdb", data)
    _source("Data")


def _leveldb(data: bytes) -> None:
    """The folder comes as a zip archive of its files, as they are."""
    folder = Path("db")
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    try:
        with zipfile.ZipFile(BytesIO(with_checksums(data))) as archive:
            files = {Path(name).name: archive.read(name) for name in archive.namelist()[:9]}
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except Exception:  # which no reader of ours sees
        return
    _source("Data", backend="LEVELDB")


def _hdf5_data(data: bytes) -> None:
    _put("x.h5", data)
    _put("list", b"x.h5\n")
    _source("HDF5Data")


def _image_list(data: bytes) -> None:
    for name in ("picture.ppm", "b.png", "a b.png", os.fsdecode(b"\xb0\xa1.jpg")):
        _put(name, b"P6 1 1 255\n\0\0\0")
    _put("list", data)
    try:
        _source("HDF5Data")
    except fk.FillerkitError as error:
        _check_words(error)
    _source("ImageData")


def _windows(data: bytes) -> None:
    _put("a.jpg", b"P6 24 20 255\n" + bytes(1440))
    _put("list", data)
    _source("WindowData")


def _picture(data: bytes) -> None:
    _put("picture", data)
    _put("list", b"picture 1\n")
    _source("ImageData")


def _mean(data: bytes) -> None:
    """What a script does with a mean file, and what a transformer reads of it."""
    _put("mean", data)
    layer = LayerParameter()
    layer.transform_param.mean_file = "mean"
    try:
        read_mean(layer, 3, "an image")
    except fk.FillerkitError as error:
        _check_words(error)
    try:
        image = blobproto_to_array(BlobProto.FromString(data))
    except (DecodeError, ValueError):  # as it is documented
        return
    again = blobproto_to_array(array_to_blobproto(image))
    with np.errstate(over="ignore"):  # a mean is kept in float32
        assert np.array_equal(again, image.astype(np.float32), equal_nan=True)


def _mean_image(suffix: str, data: bytes) -> None:
    """What is converted."""
    image = mean.read(_put(f"x{suffix}", data))
    for other in mean.MEANS:
        written = mean.write(Path(f"again{other}"), image)
        with _again("what was written"):
            assert np.array_equal(mean.read(Path(f"again{other}")), written, equal_nan=True)


def _datum(data: bytes) -> None:
    """What a script does with a record of a database."""
    try:
        array = datum_to_array(Datum.FromString(data))
    except (DecodeError, ValueError):  # as it is documented
        return
    with np.errstate(over="ignore"):
        again = datum_to_array(array_to_datum(array))
        assert np.array_equal(again, array.astype(np.float32), equal_nan=True)


def _proto(data: bytes) -> None:
    path = _put("caffe.proto", data)
    net = fk.load_net(_put("net.prototxt", NET), proto=path)
    assert [layer.type for layer in net.layers] == ["Input"]


def _fork_schema(data: bytes) -> None:
    """The same without the compiler, which takes longer than all else: as it would describe one."""
    try:
        described = FileDescriptorProto.FromString(data)
        descriptor_pool.DescriptorPool().Add(described)
    except (DecodeError, TypeError):  # which a compiler does not make
        return
    fork_schema._of.cache_clear()
    _put("caffe.proto", b"")
    with patch("fillerkit.prototxt.fork_schema.compiled", lambda _: described):
        net = fk.load_net(_put("net.prototxt", NET), proto="caffe.proto")
    assert [layer.type for layer in net.layers] == ["Input"]


TARGETS = {
    "net": Target(_net, text=True),
    "message": Target(_message),
    "solver": Target(_solver, text=True),
    "solver_state": Target(_solver_state),
    "caffemodel": Target(partial(_weights, "caffemodel")),
    "npz": Target(partial(_archive, "npz")),
    "h5": Target(partial(_weights, "h5"), needs=("h5py",)),
    "safetensors": Target(partial(_weights, "safetensors"), needs=("safetensors",)),
    "index": Target(_index, needs=("safetensors",)),
    "pt": Target(partial(_archive, "pt"), needs=("torch",)),
    "lmdb": Target(_lmdb, needs=("lmdb", "PIL")),
    "leveldb": Target(_leveldb, needs=(PLYVEL, "PIL")),
    "hdf5_data": Target(_hdf5_data, needs=("h5py",)),
    "image_list": Target(_image_list, needs=("PIL",)),
    "windows": Target(_windows),
    "picture": Target(_picture, needs=("PIL",)),
    "mean": Target(_mean),
    "binaryproto": Target(partial(_mean_image, mean.BINARYPROTO)),
    "npy": Target(partial(_mean_image, mean.NPY)),
    "datum": Target(_datum),
    "fork_schema": Target(_fork_schema, text=True),
    "proto": Target(_proto, needs=("grpc_tools",), text=True),
}
