"""The batches of one data layer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Protocol

from google.protobuf.message import Message

from fillerkit.errors import LayerError, Place, ShapeNeeded
from fillerkit.layers.net_layer import Layer
from fillerkit.random.glibc import GlibcRand
from fillerkit.reading import image_list, records, windows
from fillerkit.reading.hdf5 import Hdf5Batches
from fillerkit.reading.read_ahead import ReadAhead
from fillerkit.reading.seeds import Seeds
from fillerkit.reading.stack import Batch
from fillerkit.regular_file import is_there
from fillerkit.schema import caffe_pb2
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.hdf5 import read_list as read_file_list
from fillerkit.sources.image_list import read_list as read_image_list

_MOST_AHEAD = 16
"""Batches that are read ahead at most, whatever ``prefetch`` says."""

_MAKERS: dict[str, Callable[[LayerParameter, Seeds], Generator[Batch, None, None]]] = {
    "Data": records.batches,
    "ImageData": image_list.batches,
    "WindowData": windows.batches,
}
_PARAMS = {
    "Data": "data_param",
    "HDF5Data": "hdf5_data_param",
    "ImageData": "image_data_param",
    "WindowData": "window_data_param",
}
"""The types that are read, and the message that names their source."""


class _Batches(Protocol):
    def __next__(self) -> Batch: ...


class LayerBatches:
    """The batches that one data layer reads from its source, in Caffe's order.

    Parameters
    ----------
    layer
        Of a `fillerkit.Net`: Data, HDF5Data, ImageData or WindowData.
    file
        What the net was read from, for messages.
    draws
        What the layer drew from the net's engine when it was set up: the item of
        `fillerkit.CaffeStream.heard` for it.
    rand
        The process's ``rand()``, with which HDF5Data shuffles.

    Attributes
    ----------
    source : str
        What the prototxt calls its source; "" for a layer that reads none.
    missing : str
        What of the source is not there, in words: "its source 'train_lmdb'"; else "".
    here : bool
        Whether there is a source to read.
    refusal : str
        Why it is not read although it is here: a fork's fields say how, which nothing here does.
    """

    def __init__(
        self, layer: Layer, file: str, draws: Sequence[int], rand: GlibcRand | None = None
    ) -> None:
        self._layer, self._file = layer, file
        self._draws, self._rand = draws, rand or GlibcRand()
        self._made: _Batches | None = None
        self._error: LayerError | None = None
        self.source = _source(layer.message)
        self.missing = _missing(layer.message) if reads(layer.message) else ""
        self.here = reads(layer.message) and not self.missing
        self.refusal = _refusal(layer.message) if self.here else ""
        shuffled = layer.type == "HDF5Data" and layer.message.hdf5_data_param.shuffle
        if shuffled and self.here:  # as Caffe, which shuffles when it sets the layer up
            try:
                self._made = self._make()
            except LayerError as error:
                self._error = error

    def __iter__(self) -> LayerBatches:
        return self

    def __next__(self) -> Batch:
        """The next batch: arrays of float32 by top.

        Raises
        ------
        LayerError
            The source cannot be read, here or any more, or Caffe would not run with it.
        """
        try:
            if self._error is not None:
                raise self._error
            if self._made is None:
                self._made = self._make()
            return next(self._made)
        except ShapeNeeded as needed:
            error = LayerError("its data cannot be read: ", *needed.words, field=needed.field)
            raise self._placed(error) from None
        except LayerError as error:
            raise self._placed(error) from None

    def close(self) -> None:
        """End the thread that reads ahead."""
        if isinstance(self._made, ReadAhead):
            self._made.close()

    def _make(self) -> _Batches:
        message = self._layer.message
        if not self.here:
            missing = self.missing or "a source that can be read"
            raise LayerError(f"{missing} is not there", field=_field(message))
        if self.refusal:
            raise LayerError(self.refusal, field=_field(message))
        if self._layer.type == "HDF5Data":
            return Hdf5Batches(message, self._rand)
        batches = _MAKERS[self._layer.type](message, Seeds.of(message, self._draws))
        ahead = max(1, min(message.data_param.prefetch, _MOST_AHEAD))
        return ReadAhead(batches, ahead)

    def _placed(self, error: LayerError) -> LayerError:
        """An error that says which layer of which net it is of."""
        if error.place is None:
            error.layer = self._layer.name
            error.within = (f"layer '{self._layer.name}' ({self._layer.type})", *error.within)
            error.place = Place(self._file, self._layer.line, 1)
        return error


def reads(layer: LayerParameter) -> bool:
    """Whether a layer is of a type that reads."""
    return layer.type in _PARAMS


def _missing(layer: LayerParameter) -> str:
    """What is not there of a layer's source: it, or the first file of a list; else ""."""
    source = _source(layer)
    if not is_there(source):
        return f"its source '{source}'"
    first = ""
    try:
        if layer.type == "HDF5Data":
            first = read_file_list(source, most=1)[0]
        elif layer.type == "ImageData":
            first = layer.image_data_param.root_folder + read_image_list(layer, most=1)[0].path
    except LayerError:  # which is told when the layer is read
        return ""
    return f"'{first}', which its source '{source}' lists first," * bool(
        first and not is_there(first)
    )


def _source(layer: LayerParameter) -> str:
    return str(getattr(layer, _PARAMS[layer.type]).source) if reads(layer) else ""


def _field(layer: LayerParameter) -> str:
    return f"{_PARAMS[layer.type]}.source" if reads(layer) else ""


def _refusal(layer: LayerParameter) -> str:
    """The fields of forks that say how a layer reads."""
    fields = [
        f"{name}.{field.name}"
        for name, known in (
            (_PARAMS[layer.type], _of_caffe(layer, _PARAMS[layer.type])),
            ("transform_param", _of_caffe(layer, "transform_param")),
        )
        for field, _ in getattr(layer, name).ListFields()
        if field.name not in known
    ]
    if not fields:
        return ""
    return f"its data is not read: only a fork of Caffe's reads {', '.join(fields)}"


def _of_caffe(layer: LayerParameter, name: str) -> set[str]:
    """The fields that Caffe 1.0 has in a message."""
    message: Message = getattr(caffe_pb2.LayerParameter(), name)
    return set(message.DESCRIPTOR.fields_by_name)
