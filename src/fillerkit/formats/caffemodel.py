"""Caffe's ``.caffemodel``: a binary ``NetParameter`` with every layer and its blobs.

Written as Caffe 1.0 writes it: the layers of the phase, the Splits between them, each layer's
parameters and blobs, and nothing else of the net. A parameter that only a fork has is left out,
since its number in that fork's files is not known here. Written piece by piece, and read without
a copy: a blob is a view into the mapped file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import count
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
from google.protobuf.message import DecodeError

from fillerkit.blobs import Alias, Array, Blobs, Model
from fillerkit.errors import FormatError, PrototxtError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.mapped import mapped
from fillerkit.formats.names import blob_names
from fillerkit.formats.whole_file import whole_file
from fillerkit.formats.wire import FIXED32, FIXED64, LENGTH, VARINT, Item, head, items
from fillerkit.layers.registry import layer_types
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field, Kind
from fillerkit.prototxt.upgrade import upgrade
from fillerkit.schema import caffe_pb2
from fillerkit.schema.forks_pb2 import BlobShape, LayerParameter, NetParameter
from fillerkit.splits import with_splits

LIMIT = 2**31 - 1
"""Bytes that a protobuf message can have."""

_NET_NAME, _NET_V1_LAYERS, _NET_LAYER = 1, 2, 100
_LAYER_TOP, _LAYER_BLOBS, _V1_BLOBS, _V1_V0_LAYER, _V0_BLOBS = 4, 7, 6, 1, 50
_NUM, _WIDTH, _DATA, _SHAPE, _DOUBLE_DATA = 1, 4, 5, 7, 8
_PIECE = 1 << 20  # bytes copied at a time where blobs share values


def write(path: Path, content: Content) -> None:
    """Write blobs as they come; refuse, before any is made, what protobuf cannot hold."""
    layers = list(_layers(path, content))
    name = content.model.name if content.model else str(content.origin.get("net", ""))
    start = head(_NET_NAME, len(name.encode())) + name.encode() if name else b""
    total = len(start) + sum(len(head(_NET_LAYER, layer.size)) + layer.size for layer in layers)
    if total > LIMIT:
        raise FormatError(
            f"{path}: a .caffemodel holds less than 2 GiB, this one would have {total:,} bytes: "
            "write .npz, .safetensors or .h5 (Caffe's .caffemodel.h5)"
        )
    written: dict[tuple[str, int], tuple[int, int]] = {}
    with whole_file(path) as file, BackgroundWriter(file) as writer:
        writer.write(start)
        for layer in layers:
            writer.write(head(_NET_LAYER, layer.size) + layer.before)
            for blob in layer.blobs:
                writer.write(head(_LAYER_BLOBS, blob.size) + blob.before)
                begin = writer.position
                if blob.entry is not None:
                    for chunk in blob.entry.chunks:
                        writer.write(_little(chunk))
                    written[blob.key] = begin, writer.position
                else:
                    writer.flush()
                    _copy(file.fileno(), writer, *written[blob.key])
                writer.write(blob.after)
            writer.write(layer.after)


def read(path: Path) -> Blobs:
    """Map a file of any age into memory; only what is looked at is read."""
    data = mapped(path)
    try:
        return _read(data)
    except (ValueError, DecodeError, PrototxtError) as error:
        why = error.message if isinstance(error, PrototxtError) else error
        raise FormatError(f"{path}: is not a .caffemodel, or is damaged: {why}") from None


class _Blob(NamedTuple):
    """A blob to write: what stands before and after its values, and where those come from."""

    key: tuple[str, int]  # of the blob whose values these are
    entry: Entry | None  # None where they are written already
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
        values = head(_DOUBLE_DATA if double else _DATA, entry.nbytes)
        # In the order of the fields' numbers, as protobuf writes them.
        before, after = (shown + values, b"") if double else (values, shown)
        key = entry.layer, entry.index
        return cls(key, entry if alias is None else None, before, entry.nbytes, after)


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
    for name, of_layer in blobs.items():
        if sorted(of_layer) != list(range(len(of_layer))):
            raise FormatError(
                f"{path}: layer '{name}' has the blobs {sorted(of_layer)}; a .caffemodel numbers "
                "them from 0 without a gap"
            )
    model = content.model
    if model is None:
        model = Model("", tuple((name, LayerParameter(name=name)) for name in blobs))
    for index, layer in with_splits([layer for _, layer in model.layers]):
        own = {} if index is None else blobs.get(model.layers[index][0], {})
        before, after = _around_blobs(layer)
        yield _Layer(before, [own[number] for number in sorted(own)], after)


def _around_blobs(layer: LayerParameter) -> tuple[bytes, bytes]:
    """A layer's fields as Caffe saves them: those in front of its blobs, and those behind."""
    saved = caffe_pb2.LayerParameter()
    saved.MergeFromString(layer.SerializePartialToString())
    saved.DiscardUnknownFields()
    saved.ClearField("blobs")
    known = layer_types.get(layer.type) if layer.type else None
    if known is not None and known.loss and not saved.loss_weight:
        saved.loss_weight.append(1)
    if layer.type == "BatchNorm":
        while len(saved.param) < 3:
            saved.param.add(lr_mult=0)
    behind = caffe_pb2.LayerParameter()
    behind.CopyFrom(saved)
    for field, _ in saved.ListFields():
        (behind if field.number < _LAYER_BLOBS else saved).ClearField(field.name)
    return saved.SerializePartialToString(), behind.SerializePartialToString()


def _little(chunk: Array) -> memoryview:
    little = chunk.astype(chunk.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(little).view(np.uint8).data


def _copy(descriptor: int, writer: BackgroundWriter, begin: int, end: int) -> None:
    """Write once more what lies in the same file."""
    for at in range(begin, end, _PIECE):
        writer.write(os.pread(descriptor, min(_PIECE, end - at), at))


def _read(data: memoryview) -> Blobs:
    name, generation = "", 0
    found: list[tuple[bytes, list[Array]]] = []
    for item in items(data, 0, len(data)):
        if item.number == _NET_NAME and item.kind == LENGTH:
            name = bytes(data[item.value : item.end]).decode()
        elif item.number in (_NET_V1_LAYERS, _NET_LAYER) and item.kind == LENGTH:
            generation = item.number
            found.append(_read_layer(data, item))
    if not found:
        raise ValueError("it has no layers")
    owned: dict[tuple[str, int], tuple[str, Array]] = {}
    layers: list[tuple[str, LayerParameter]] = []
    for index, layer in _messages([message for message, _ in found], generation):
        blobs = found[index][1]
        key = layer.name or f"#{index}"
        if (key, 0) in owned:
            key = next(name for n in count(2) if ((name := f"{key}#{n}"), 0) not in owned)
        layers.append((key, layer))
        names = blob_names(layer.type, len(blobs))
        for position, array in enumerate(blobs):
            owned[key, position] = names[position], array
    return Blobs(owned, {}, {"net": name}, model=Model(name, tuple(layers)))


def _read_layer(data: memoryview, layer: Item) -> tuple[bytes, list[Array]]:
    """A layer's fields without its blobs, as bytes, and its blobs."""
    old = layer.number == _NET_V1_LAYERS
    rest, blobs = [], []
    for item in items(data, layer.value, layer.end):
        if item.kind == LENGTH and item.number == (_V1_BLOBS if old else _LAYER_BLOBS):
            blobs.append(_read_blob(data, item))
        elif item.kind == LENGTH and item.number == _V1_V0_LAYER and old:
            inner = []
            for field in items(data, item.value, item.end):
                if field.kind == LENGTH and field.number == _V0_BLOBS:
                    blobs.append(_read_blob(data, field))
                else:
                    inner.append(bytes(data[field.begin : field.end]))
            rest.append(head(_V1_V0_LAYER, sum(map(len, inner))) + b"".join(inner))
        else:
            rest.append(bytes(data[item.begin : item.end]))
    return b"".join(rest), blobs


def _messages(texts: Sequence[bytes], generation: int) -> Iterator[tuple[int, LayerParameter]]:
    """The layers in the current form, each beside the index of its bytes.

    A fork's bytes may mean something else by a number that Caffe has; of a layer that so cannot be
    read, name, type, bottoms and tops are kept.
    """
    if generation == _NET_LAYER:
        for index, text in enumerate(texts):
            layer = LayerParameter()
            try:
                layer.MergeFromString(text)
            except DecodeError:
                layer = LayerParameter()
                kept = [i for i in items(memoryview(text), 0, len(text)) if i.number <= _LAYER_TOP]
                layer.MergeFromString(b"".join(text[item.begin : item.end] for item in kept))
            yield index, layer
        return
    net = NetParameter()
    root = Field("", 0, Kind.BLOCK, "", 0)
    for text in texts:
        net.layers.add().MergeFromString(text)
        root.fields.append(Field("layers", 0, Kind.BLOCK, "", 0))
    places = {id(field): index for index, field in enumerate(root.fields)}
    for layer, field in upgrade(net, root, Source("", "")):
        yield places[id(field)], layer


def _read_blob(data: memoryview, blob: Item) -> Array:
    """The values of a ``BlobProto``: a view where they lie in one piece, as they nearly always do.

    A shape of four axes is what files had before ``BlobShape``: num, channels, height, width.
    """
    legacy = [0, 0, 0, 0]
    shape: tuple[int, ...] | None = None
    pieces: dict[int, list[Array]] = {_DATA: [], _DOUBLE_DATA: []}
    for item in items(data, blob.value, blob.end):
        if item.kind == VARINT and _NUM <= item.number <= _WIDTH:
            legacy[item.number - _NUM] = item.value
        elif item.kind == LENGTH and item.number == _SHAPE:
            message = BlobShape()
            message.MergeFromString(bytes(data[item.value : item.end]))
            shape = tuple(message.dim)
        elif item.number in pieces and item.kind in (LENGTH, FIXED32, FIXED64):
            dtype = np.dtype("<f4" if item.number == _DATA else "<f8")
            length = item.end - item.value
            if length % dtype.itemsize:
                raise ValueError(f"a blob's values at byte {item.value} are cut: {length} bytes")
            array = np.frombuffer(data, dtype, length // dtype.itemsize, item.value)
            pieces[item.number].append(array)
    if shape is None:
        shape = tuple(legacy) if any(legacy) else ()
    parts = pieces[_DOUBLE_DATA] or pieces[_DATA] or [np.empty(0, np.float32)]
    values = parts[0] if len(parts) == 1 else np.concatenate(parts)
    if min(shape, default=0) < 0 or values.size != prod(shape):
        said = "x".join(map(str, shape)) or "scalar"
        raise ValueError(f"a blob of {said} at byte {blob.begin} holds {values.size:,} values")
    values.flags.writeable = False
    return values.reshape(shape)
