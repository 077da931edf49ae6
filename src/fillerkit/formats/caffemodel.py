"""Caffe's ``.caffemodel``: a binary ``NetParameter`` with every layer and its blobs.

Written as Caffe 1.0 writes it: the layers of the phase, the Splits between them, each layer's
parameters and blobs, and nothing else of the net. A parameter that only a fork has is left out,
since its number in that fork's files is not known here. Written piece by piece, and read without
a copy: a blob is a view into the mapped file.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError

from fillerkit.encoding import UTF8, of_origin
from fillerkit.encoding import reading as reading_of
from fillerkit.errors import FormatError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.damage import reading
from fillerkit.formats.entry import Content, Entry, little
from fillerkit.formats.mapped import frozen, mapped
from fillerkit.formats.names import encoded
from fillerkit.formats.notes import with_names
from fillerkit.formats.stored import Alias, Array, Said, Stored
from fillerkit.formats.whole_file import whole_file
from fillerkit.formats.wire import FIXED32, FIXED64, LENGTH, VARINT, Item, head, items, recoded
from fillerkit.layers.net_layer import Model
from fillerkit.layers.registry import traits_of
from fillerkit.layers.splits import is_inserted, with_splits
from fillerkit.prototxt.read import schema_of
from fillerkit.prototxt.upgrade import freeze_batch_norm, from_old
from fillerkit.schema import OURS, caffe_pb2
from fillerkit.schema.forks_pb2 import (
    BlobShape,
    LayerParameter,
    V1LayerParameter,
)

LIMIT = 2**31 - 1
"""Bytes that a protobuf message can have."""

_NET_NAME, _NET_V1_LAYERS, _NET_LAYER = 1, 2, 100
_LAYER_TOP, _LAYER_BLOBS, _V1_TYPE, _V1_BLOBS, _V1_V0_LAYER, _V0_BLOBS = 4, 7, 5, 6, 1, 50
_NUM, _WIDTH, DATA, _SHAPE, _DOUBLE_DATA = 1, 4, 5, 7, 8
_PIECE = 1 << 20  # bytes copied at a time where blobs share values


def write(path: Path, content: Content) -> None:
    """Write blobs as they come; refuse, before any is made, what protobuf cannot hold."""
    layers = list(_layers(path, content))
    if not layers:
        raise FormatError(
            f"{path}: there is no layer to write, and a .caffemodel without one could not be told "
            "from a damaged file"
        )
    name = content.model.name if content.model else str(content.origin.get("net", ""))
    called = encoded(path, name, of_origin(content.origin))
    start = head(_NET_NAME, len(called)) + called  # of a net without a name too, as Caffe does
    total = len(start) + sum(len(head(_NET_LAYER, layer.size)) + layer.size for layer in layers)
    if total > LIMIT:
        raise FormatError(
            f"{path}: a .caffemodel holds less than 2 GiB, this one would have {total:,} bytes: "
            "write .npz, .safetensors or .h5 (Caffe's .caffemodel.h5)"
        )
    written: dict[tuple[str, int], tuple[int, int]] = {}
    with whole_file(path, content.nbytes) as file, BackgroundWriter(file) as writer:
        writer.write(start)
        for layer in layers:
            writer.write(head(_NET_LAYER, layer.size) + layer.before)
            for blob in layer.blobs:
                writer.write(head(_LAYER_BLOBS, blob.size) + blob.before)
                begin = writer.position
                if blob.entry is not None:
                    for chunk in blob.entry.chunks:
                        writer.write(little(chunk.astype(blob.dtype, copy=False)))
                    written[blob.key] = begin, writer.position
                else:
                    if blob.key not in written:
                        raise FormatError(
                            f"{path}: a blob shares those of '{blob.key[0]}', a later layer, which "
                            "no .caffemodel can say: write .npz, .safetensors or .h5"
                        )
                    writer.flush()
                    _copy(file.fileno(), writer, *written[blob.key])
                writer.write(blob.after)
            writer.write(layer.after)


_START = 512
_LIKE_TEXT = " (it looks like a text: a prototxt, a web page?)"


def read(path: Path, said: Said) -> Stored:
    """Map a file of any age into memory; only what is looked at is read."""
    data = mapped(path)
    with reading(path, f"a .caffemodel{_LIKE_TEXT * _is_text(bytes(data[:_START]))}"):
        return _read(path, data, said.encoding, schema_of(said.proto))


def _is_text(start: bytes) -> bool:
    """Whether nothing stands at a file's start that is not in a text."""
    return all(byte >= 0x20 or byte in b"\t\n\r" for byte in start)


class _Blob(NamedTuple):
    """A blob to write: what stands before and after its values, and where those come from."""

    key: tuple[str, int]  # of the blob whose values these are
    entry: Entry | None  # None where they are written already
    dtype: np.dtype[np.floating]  # float32, also of those of 16 bits, or float64
    before: bytes
    nbytes: int
    after: bytes

    @property
    def size(self) -> int:
        return len(self.before) + self.nbytes + len(self.after)

    @classmethod
    def of(cls, entry: Entry, alias: Alias | None) -> _Blob:
        shape = entry.shape if alias is None else alias.shape
        message = BlobShape(dim=shape).SerializeToString() if shape else b""
        shown = head(_SHAPE, len(message)) + message if shape else b""
        double = entry.dtype.itemsize == 8
        dtype: np.dtype[np.floating] = np.dtype(np.float64) if double else np.dtype(np.float32)
        nbytes = dtype.itemsize * prod(entry.shape)
        # A field without values is none, as protobuf writes it.
        values = head(_DOUBLE_DATA if double else DATA, nbytes) if nbytes else b""
        # In the order of the fields' numbers, as protobuf writes them.
        before, after = (shown + values, b"") if double else (values, shown)
        key = entry.layer, entry.index
        return cls(key, entry if alias is None else None, dtype, before, nbytes, after)


class _Layer(NamedTuple):
    """A layer to write: its parameters, in front of its blobs and behind them."""

    before: bytes
    blobs: list[_Blob]
    after: bytes

    @property
    def size(self) -> int:
        blobs = sum(len(head(_LAYER_BLOBS, blob.size)) + blob.size for blob in self.blobs)
        return len(self.before) + blobs + len(self.after)


def _layers(path: Path, content: Content) -> Iterator[_Layer]:
    """Every layer of the file; without a model only the ones that have blobs, by name."""
    blobs: dict[str, dict[int, _Blob]] = {}
    for entry in content.entries:
        blobs.setdefault(entry.layer, {})[entry.index] = _Blob.of(entry, None)
        for alias in entry.aliases:
            blobs.setdefault(alias.layer, {})[alias.index] = _Blob.of(entry, alias)
    model = content.model
    if model is None:
        model = Model("", tuple((name, LayerParameter(name=name)) for name in blobs))
    called = Counter(key for key, _ in model.layers)
    twice = next((name for name in blobs if called[name] > 1), None)
    if twice is not None:
        raise FormatError(f"{path}: several layers are called '{twice}': which has the blobs?")
    encoding = of_origin(content.origin)
    recode = None if encoding == UTF8 else partial(_recoded_name, path, encoding)
    for index, layer in with_splits([layer for _, layer in model.layers]):
        own = {} if index is None else blobs.pop(model.layers[index][0], {})
        before, after = _around_blobs(layer, recode)
        yield _Layer(before, [own[number] for number in sorted(own)], after)
    if blobs:
        raise FormatError(
            f"{path}: the net has no layer '{next(iter(blobs))}', but there are blobs"
        )


def _recoded_name(path: Path, encoding: str, name: bytes) -> bytes:
    return encoded(path, name.decode(), encoding)


def _around_blobs(
    layer: LayerParameter, recode: Callable[[bytes], bytes] | None
) -> tuple[bytes, bytes]:
    """A layer's fields as Caffe saves them: those in front of its blobs, and those behind."""
    saved = _with_numbers_of_files(layer)
    saved.ClearField("blobs")
    saved.loss_weight[:] = traits_of(layer.type).loss_weights(layer)
    if layer.type == "BatchNorm":
        while len(saved.param) < 3:
            saved.param.add(lr_mult=0)
    behind = type(saved)()
    behind.CopyFrom(saved)
    for field, _ in saved.ListFields():
        (behind if field.number < _LAYER_BLOBS else saved).ClearField(field.name)
    before, after = saved.SerializePartialToString(), behind.SerializePartialToString()
    if recode is None:
        return before, after
    return recoded(before, saved.DESCRIPTOR, recode), recoded(after, saved.DESCRIPTOR, recode)


def _with_numbers_of_files(layer: LayerParameter) -> Any:
    """What files hold of a layer: Caffe's fields, and those of a fork whose schema is known."""
    if isinstance(layer, LayerParameter):
        saved = caffe_pb2.LayerParameter()
        saved.MergeFromString(layer.SerializePartialToString())
        saved.DiscardUnknownFields()
        return saved
    saved = type(layer)()
    saved.CopyFrom(layer)
    _drop_fields_of_texts(saved)
    return saved


def _drop_fields_of_texts(message: Any) -> None:
    """Clear the fields whose numbers are fillerkit's own, in no file of bytes."""
    for field, value in message.ListFields():
        if field.number >= OURS:
            message.ClearField(field.name)
        elif field.message_type is not None:
            for each in value if hasattr(value, "__len__") else [value]:
                _drop_fields_of_texts(each)


def _copy(descriptor: int, writer: BackgroundWriter, begin: int, end: int) -> None:
    """Write once more what lies in the same file."""
    for at in range(begin, end, _PIECE):
        writer.write(os.pread(descriptor, min(_PIECE, end - at), at))


def _read(path: Path, data: memoryview, encoding: str | None, schema: Any) -> Stored:
    called = b""
    generations: set[int] = set()
    found: list[tuple[bytes, list[Array]]] = []
    for item in items(data, 0, len(data)):
        if item.number == _NET_NAME and item.kind == LENGTH:
            called = bytes(data[item.value : item.end])
        elif item.number in (_NET_V1_LAYERS, _NET_LAYER) and item.kind == LENGTH:
            generations.add(item.number)
            found.append(_read_layer(data, item))
    if not found:
        raise ValueError("it has no layers")
    if len(generations) > 1:
        raise ValueError("it mixes layers of the current format and of the one before")
    (generation,) = generations
    messages = [message for message, _ in found]
    of: Any = schema.LayerParameter if generation == _NET_LAYER else schema.V1LayerParameter
    names = reading_of(str(path), _names(called, messages, of.DESCRIPTOR), encoding)
    if names.encoding != UTF8:
        messages = [
            recoded(m, of.DESCRIPTOR, lambda n: n.decode(names.encoding).encode()) for m in messages
        ]
    name = called.decode(names.encoding)
    owned: dict[tuple[str, int], tuple[str, Array]] = {}
    layers: list[tuple[str, LayerParameter]] = []
    inserted = 0
    for index, layer in _messages(messages, of, generation):
        blobs = found[index][1]
        inserted += is_inserted(layer)
        key = _free_key(layer.name or f"#{index - inserted}", owned) if blobs else ""
        layers.append((key, layer))
        blob_names = traits_of(layer.type).blob_names(layer, len(blobs))
        for position, array in enumerate(blobs):
            owned[key, position] = blob_names[position], array
    return with_names(Stored(owned, {}, {"net": name}, model=Model(name, tuple(layers))), names)


def _names(net: bytes, messages: Sequence[bytes], of: Descriptor) -> list[bytes]:
    """All names of a file that are not ASCII, and whatever else stands in its strings."""
    found = [net]

    def kept(name: bytes) -> bytes:
        found.append(name)
        return name

    for message in messages:
        recoded(message, of, kept)
    return found


def _free_key(key: str, owned: Mapping[tuple[str, int], object]) -> str:
    """A key that no earlier layer's blobs have."""
    if (key, 0) not in owned:
        return key
    return next(f"{key}#{n}" for n in count(2) if (f"{key}#{n}", 0) not in owned)


def _read_layer(data: memoryview, layer: Item) -> tuple[bytes, list[Array]]:
    """A layer's fields without its blobs, as bytes, and its blobs."""
    old = layer.number == _NET_V1_LAYERS
    rest, blobs = [], []
    for item in items(data, layer.value, layer.end):
        if item.kind == LENGTH and item.number == (_V1_BLOBS if old else _LAYER_BLOBS):
            blobs.append(read_blob(data, item))
        elif item.kind == LENGTH and item.number == _V1_V0_LAYER and old:
            inner = []
            for field in items(data, item.value, item.end):
                if field.kind == LENGTH and field.number == _V0_BLOBS:
                    blobs.append(read_blob(data, field))
                else:
                    inner.append(bytes(data[field.begin : field.end]))
            rest.append(head(_V1_V0_LAYER, sum(map(len, inner))) + b"".join(inner))
        else:
            rest.append(bytes(data[item.begin : item.end]))
    return b"".join(rest), blobs


def _messages(
    texts: Sequence[bytes], of: Callable[[], Any], generation: int
) -> Iterator[tuple[int, LayerParameter]]:
    """The layers in the current form, each beside the index of its bytes."""
    if generation == _NET_LAYER:
        for index, text in enumerate(texts):
            layer = of()
            _merge(layer, text, _LAYER_TOP)
            yield index, layer
        return
    old = [of() for _ in texts]
    for message, text in zip(old, texts, strict=True):
        _merge(message, text, _V1_TYPE)
    for index, layer in from_old(old):
        freeze_batch_norm(layer)
        yield index, layer


def _merge(layer: LayerParameter | V1LayerParameter, text: bytes, last: int) -> None:
    """Read a layer; of one that cannot be read, only the fields up to `last`: what it is called.

    A fork's bytes may mean something else by a number that Caffe has.
    """
    try:
        layer.MergeFromString(text)
    except DecodeError:
        layer.Clear()
        kept = [item for item in items(memoryview(text), 0, len(text)) if item.number <= last]
        layer.MergeFromString(b"".join(text[item.begin : item.end] for item in kept))


class _Values:
    """The values of a blob as they are found: a view as long as they lie in one piece."""

    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self._first = memoryview(b"")
        self._more = bytearray()

    def add(self, piece: memoryview) -> None:
        if len(piece) % self.dtype.itemsize:
            raise ValueError(f"a blob's values are cut: {len(piece)} bytes of {self.dtype}")
        if not self._first:
            self._first = piece
        else:
            self._more += piece

    @property
    def array(self) -> Array:
        whole = bytes(self._first) + self._more if self._more else self._first
        return np.frombuffer(whole, self.dtype)


def read_blob(data: memoryview, blob: Item) -> Array:
    """The values of a ``BlobProto``: a view where they lie in one piece, as they nearly always do.

    As in Caffe, doubles count before floats, and a shape of four axes, which is what files had
    before ``BlobShape`` (num, channels, height, width), before one of any number.
    """
    legacy: dict[int, int] = {}
    said = BlobShape()
    values = {DATA: _Values("<f4"), _DOUBLE_DATA: _Values("<f8")}
    single = {DATA: FIXED32, _DOUBLE_DATA: FIXED64}
    for item in items(data, blob.value, blob.end):
        if item.kind == VARINT and _NUM <= item.number <= _WIDTH:
            legacy[item.number] = item.value
        elif item.kind == LENGTH and item.number == _SHAPE:
            said.MergeFromString(bytes(data[item.value : item.end]))
        elif item.kind in (LENGTH, single.get(item.number)) and item.number in values:
            values[item.number].add(data[item.value : item.end])
    shape = tuple(legacy.get(axis, 0) for axis in range(_NUM, _WIDTH + 1)) if legacy else said.dim
    array = values[_DOUBLE_DATA].array
    array = array if array.size else values[DATA].array
    if min(shape, default=0) < 0 or array.size != prod(shape):
        text = "x".join(map(str, shape)) or "scalar"
        raise ValueError(f"a blob of {text} at byte {blob.begin} holds {array.size:,} values")
    return frozen(array).reshape(tuple(shape))
