"""What fuzzing starts from: small good files for each target, made here and now."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import weights
from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from targets import PLYVEL, shards

import fillerkit as fk
from fillerkit.formats.shard_plan import index_of
from fillerkit.pycaffe.io import array_to_blobproto, array_to_datum
from fillerkit.schema import caffe_pb2, forks_pb2

TESTS = Path(__file__).parents[1]
LARGEST = 2500
"""Bytes of a text: a longer one is slow to read and hardly says more."""

PROTO = b"""syntax = "proto2"; package caffe;
message NetParameter { optional string name = 1; repeated LayerParameter layer = 100; }
message LayerParameter { optional string name = 1; optional string type = 2;
  repeated string top = 4; optional InputParameter input_param = 143;
  optional PwParameter pw_param = 201; }
message InputParameter { repeated BlobShape shape = 1; }
message BlobShape { repeated int64 dim = 1 [packed = true]; }
message V1LayerParameter { optional LayerType type = 5; enum LayerType { NONE = 0; PW = 90; } }
message PwParameter { required uint32 heads = 1; optional Mode mode = 2 [default = SOFT];
  enum Mode { SOFT = 0; HARD = 1; } repeated uint32 pad = 3; oneof one { int32 a = 4; } }
"""
SOLVERS = (
    b'net: "net.prototxt" base_lr: 0.1 random_seed: 7 solver_type: ADAM test_iter: 2\n',
    b'net_param { layer { name: "d" type: "Input" top: "d" } } train_state { stage: "a" level: 2 }'
    b"\nweights: 'w.caffemodel' snapshot_format: HDF5 solver_mode: GPU\n",
    b"train_net: 'net.prototxt' test_net: 'net.prototxt' test_net_param { name: 'x' } test_iter: 1"
    b" test_iter: 2 test_state { phase: TRAIN } test_state { } base_lr: 1e-3\n",
)
LISTS = (b"picture.ppm 1\nb.png 2\n", b"a b.png 3", b"\xb0\xa1.jpg 0\r\n", b"x.h5\n\n y.h5\n")
WINDOWS = (
    b"# 0\na.jpg\n3\n20\n24\n2\n1 0.7 1 2 5 6\n4 0.2 0 0 9 9\n",
    b"# 0\na.jpg\n3\n20\n24\n2\n0 0 1 2 5 6\n1 1 0 0 9 9\n# 1\nb.jpg\n1\n9\n9\n0\n",
)
PICTURES = ("BMP", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")


def seeds(target: str) -> Iterator[bytes]:
    """Good inputs of a target, always the same ones."""
    if target in weights.FORMATS:
        return _weights(target)
    return _MADE[target]()


def words() -> set[str]:
    """The names that a net may have: fields, enums and types."""
    found = {kind.name for kind in (*fk.layer_types, *fk.filler_types)}
    for message in forks_pb2.DESCRIPTOR.message_types_by_name.values():
        found.update(f"{field.name}: " for field in message.fields if not field.message_type)
        found.update(f"{field.name} {{ " for field in message.fields if field.message_type)
        found.update(value.name for enum in message.enum_types for value in enum.values)
    return found


def _nets() -> Iterator[bytes]:
    yield weights.SMALL.encode()
    files = (*weights.SAMPLE_NETS.rglob("*.prototxt"), *(TESTS / "conformance/nets").iterdir())
    for file in sorted(files):
        if file.stat().st_size < LARGEST:
            yield file.read_bytes()


def _messages() -> Iterator[bytes]:
    for data in _nets():
        with suppress(text_format.ParseError):  # a net of an older form, or none
            yield text_format.Parse(data, forks_pb2.NetParameter()).SerializeToString()


def _weights(suffix: str) -> Iterator[bytes]:
    net = """layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 2] } } }
             layer { name: "ip" type: "InnerProduct" bottom: "d" top: "ip" param { name: "w" }
                     inner_product_param { num_output: 1 } }"""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"x.{suffix}")
        for blobs in (
            weights.small_blobs(),
            fk.load_net(net).fill(seed=1),
            weights.blobs_of({("a/b", 0): np.ones((1, 2)), ("c", 0): np.ones((), np.float32)}),
        ):
            blobs.save(path)
            yield path.read_bytes()
    yield from _OF_OTHERS.get(suffix, lambda: iter(()))()


def _old_caffemodels() -> Iterator[bytes]:
    """V1's and V0's layers, and blobs with four axes."""
    net = forks_pb2.NetParameter(name="old")
    v1 = net.layers.add(name="a", type="INNER_PRODUCT")
    v1.blobs.add(num=1, channels=1, height=1, width=2, data=[1, 2])
    v1.blobs.add(double_data=[3]).shape.dim.append(1)
    yield net.SerializeToString()
    net.ClearField("layers")
    v0 = net.layers.add(bottom=["x"], top=["y"]).layer
    v0.name, v0.type = "a", "innerproduct"
    v0.blobs.add(num=1, channels=1, height=1, width=1, data=[1])
    yield net.SerializeToString()


def _npz_of_numpy() -> Iterator[bytes]:
    for save in (np.savez, np.savez_compressed):
        file = BytesIO()
        arrays: dict[str, Any] = {"a/0": np.ones((2, 3), np.float32, order="F"), "a/1": np.ones(2)}
        save(file, **arrays)
        yield file.getvalue()


def _h5_of_caffe() -> Iterator[bytes]:
    """As Caffe writes it, and packed."""
    h5py: Any = import_module("h5py")
    for options in ({}, {"compression": "gzip", "shuffle": True}):
        file = BytesIO()
        with h5py.File(file, "w") as written:
            written.create_dataset("data/a/0", data=np.ones((4, 2), np.float32), **options)
            written["data/b/0"] = written["data/a/0"]
        yield file.getvalue()


def _pt_of_pytorch() -> Iterator[bytes]:
    """As PyTorch wrote it before 1.6, and as it does since."""
    torch: Any = import_module("torch")
    linear = torch.nn.Linear(2, 1)
    for zipped in (False, True):
        file = BytesIO()
        torch.save(linear.state_dict(prefix="ip."), file, _use_new_zipfile_serialization=zipped)
        yield file.getvalue()


def _safetensors_for_pytorch() -> Iterator[bytes]:
    """With PyTorch's names, and notes that tell Caffe's blobs."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.safetensors")
        weights.small_blobs().save(path, names="torch")
        yield path.read_bytes()


_OF_OTHERS: dict[str, Callable[[], Iterator[bytes]]] = {
    "caffemodel": _old_caffemodels,
    "npz": _npz_of_numpy,
    "h5": _h5_of_caffe,
    "pt": _pt_of_pytorch,
    "safetensors": _safetensors_for_pytorch,
}
"""Files of a format as other programs write them, or for them."""


def _records() -> Iterator[bytes]:
    for values in (np.zeros((1, 2, 3), np.uint8), np.ones((3, 1, 2))):
        yield array_to_datum(values, label=1).SerializeToString()


def _datums() -> Iterator[dict[bytes, bytes]]:
    yield {b"0": next(_records()), b"1": b"x"}
    picture = next(_pictures())
    yield {b"0": caffe_pb2.Datum(encoded=True, data=picture).SerializeToString()}


def _lmdb() -> Iterator[bytes]:
    lmdb: Any = import_module("lmdb")
    for records in (*_datums(), {b"%0200d" % i: b"x" * 300 for i in range(30)}):
        with TemporaryDirectory() as folder:
            database = lmdb.open(folder, map_size=1 << 20)
            with database, database.begin(write=True) as batch:
                for key, value in records.items():
                    batch.put(key, value)
            yield Path(folder, "data.mdb").read_bytes()


def _leveldb() -> Iterator[bytes]:
    plyvel: Any = import_module(PLYVEL)
    for records in _datums():
        for compact in (False, True):
            with TemporaryDirectory() as folder:
                database = plyvel.DB(folder, create_if_missing=True)
                for key, value in records.items():
                    database.put(key, value)
                if compact:
                    database.compact_range()
                database.close()
                yield _zipped(Path(folder))


def _zipped(folder: Path) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for each in sorted(folder.iterdir()):
            if each.name not in ("LOG", "LOG.old", "LOCK"):
                archive.writestr(zipfile.ZipInfo(each.name), each.read_bytes())
    return file.getvalue()


def _hdf5() -> Iterator[bytes]:
    h5py: Any = import_module("h5py")
    for options in ({}, {"compression": "gzip", "chunks": (2, 2)}, {"libver": "latest"}):
        file = BytesIO()
        version = options.pop("libver", None)
        with h5py.File(file, "w", libver=version) as written:
            written.create_dataset("top", data=np.ones((4, 2), np.float32), **options)
            written["label"] = written["top"]
        yield file.getvalue()


def _pictures() -> Iterator[bytes]:
    pillow: Any = import_module("PIL.Image")
    pillow.init()
    for kind in PICTURES:
        for mode in ("RGB", "L"):
            if kind in pillow.SAVE:
                file = BytesIO()
                pillow.new(mode, (5, 4), 100 if mode == "L" else (1, 2, 3)).save(file, kind)
                yield file.getvalue()


def _mean_images() -> Iterator[bytes]:
    yield forks_pb2.BlobProto(num=1, channels=1, height=1, width=2, data=[1, 2]).SerializeToString()
    yield forks_pb2.BlobProto(shape={"dim": [1, 2, 1]}, double_data=[1, 2]).SerializeToString()


def _arrays() -> Iterator[bytes]:
    for dtype in ("<f4", ">f8", "u1"):
        file = BytesIO()
        np.save(file, np.asfortranarray(np.ones((1, 2, 3), dtype)))
        yield file.getvalue()


def _means() -> Iterator[bytes]:
    yield array_to_blobproto(np.ones((1, 3, 2, 2))).SerializeToString()
    yield caffe_pb2.BlobProto(num=1, channels=1, height=1, width=2, data=[1, 2]).SerializeToString()


def _described() -> Iterator[bytes]:
    """Schemas as a compiler describes them, without and with a net."""
    small = FileDescriptorProto(name="caffe.proto", package="caffe")
    layer = small.message_type.add(name="LayerParameter")
    for number, name in enumerate(("name", "type", "top", "seed_each"), 1):
        layer.field.add(name=name, number=number, type="TYPE_STRING", label="LABEL_OPTIONAL")
    inner = layer.nested_type.add(name="PwParameter")
    inner.field.add(name="heads", number=1, type="TYPE_INT32", label="LABEL_REPEATED")
    inner.enum_type.add(name="Mode").value.add(name="SOFT", number=0)
    layer.field.add(
        name="pw_param",
        number=201,
        type="TYPE_MESSAGE",
        label="LABEL_OPTIONAL",
        type_name=".caffe.LayerParameter.PwParameter",
    )
    yield small.SerializeToString()
    net = small.message_type.add(name="NetParameter")
    net.field.add(
        name="layer",
        number=100,
        type="TYPE_MESSAGE",
        label="LABEL_REPEATED",
        type_name=".caffe.LayerParameter",
    )
    yield small.SerializeToString()


def _solver_states() -> Iterator[bytes]:
    """As written now; and by an old Caffe in double precision, with four axes."""
    new = caffe_pb2.BlobProto(shape=caffe_pb2.BlobShape(dim=[2, 1]), data=[1, 2])
    old = caffe_pb2.BlobProto(num=1, channels=1, height=1, width=2, double_data=[1, 2])
    for blob in (new, old):
        state = caffe_pb2.SolverState(
            iter=3, learned_net="a.caffemodel", current_step=1, history=[blob] * 2
        )
        yield state.SerializeToString()


def _indices() -> Iterator[bytes]:
    """As we write it, and as others do: without an origin."""
    ours = index_of(shards())
    yield ours
    yield json.dumps({"weight_map": json.loads(ours)["weight_map"]}).encode()


_MADE: dict[str, Callable[[], Iterator[bytes]]] = {
    "net": _nets,
    "message": _messages,
    "solver": lambda: iter(SOLVERS),
    "solver_state": _solver_states,
    "index": _indices,
    "lmdb": _lmdb,
    "leveldb": _leveldb,
    "hdf5_data": _hdf5,
    "image_list": lambda: iter(LISTS),
    "windows": lambda: iter(WINDOWS),
    "picture": _pictures,
    "mean": _means,
    "binaryproto": _mean_images,
    "npy": _arrays,
    "datum": _records,
    "fork_schema": _described,
    "proto": lambda: iter([PROTO]),
}
