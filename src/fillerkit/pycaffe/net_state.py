"""What one net of a script consists of: the data that its structure and its engine work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import fillerkit as fk
from fillerkit.pycaffe import dummy_data
from fillerkit.pycaffe.batches import InputArrays
from fillerkit.pycaffe.data_layers import DataLayers
from fillerkit.pycaffe.process import caffe
from fillerkit.pycaffe.proto.caffe_pb2 import LayerParameter
from fillerkit.pycaffe.wiring import Wiring, check_same_params, wire
from fillerkit.python_layers.blob import Blob, BlobVec, Memory
from fillerkit.python_layers.instances import PythonLayers
from fillerkit.python_layers.layer import Layer

Callback = Callable[[int], object]


@dataclass(eq=False)
class NetState:
    """One net: what was read of it, and the blobs that a script reads and writes.

    Attributes
    ----------
    text : fillerkit.NetText
        The prototxt, from which the net is planned anew when it is reshaped.
    shapes : mapping
        The shapes of data layers' tops that were given, by name.
    python : PythonLayers
        The layers that are Python classes.
    net : fillerkit.Net
        The net as it was read, or last reshaped.
    wiring : Wiring
        Its layers and blobs as Caffe runs them.
    params : list of BlobVec
        The parameter blobs of every layer of `net`.
    layers : list of Layer
        Every layer of `wiring`, as a script sees it.
    blobs : list of Blob
        Every blob of `wiring`.
    data : DataLayers
        What its data layers read.
    input_arrays : InputArrays or None
        What a MemoryData layer hands out.
    callbacks : dict of str to list
        What is called with a layer's number: ``before_forward`` and so on.
    """

    text: fk.NetText
    shapes: Mapping[str, Sequence[int]]
    python: PythonLayers
    net: fk.Net
    wiring: Wiring
    params: list[BlobVec]
    layers: list[Layer]
    blobs: list[Blob]
    data: DataLayers
    input_arrays: InputArrays | None = None
    callbacks: dict[str, list[Callback]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, text: fk.NetText, shapes: Mapping[str, Sequence[int]]) -> NetState:
        """A new net, filled from the next draws of the process's engine."""
        known = {
            name: caffe.shape_of(name, message)
            for name, message in _open(text)
            if name in caffe.shapes
        }
        caffe.made_nets = True
        shapes, python = {**known, **shapes}, PythonLayers()
        try:
            net = fk.load_net(text, shapes=shapes, python_layers=python.plan, strict_layers=True)
        except fk.ShapeNeeded as error:
            error.add_note("for an old script: python -m fillerkit.pycaffe --shape ... SCRIPT")
            raise
        with caffe.stream.heard() as draws:
            wiring, params = wire(net), _filled(net, python)
        layers, data = _layers(wiring, python, params), DataLayers(net, draws)
        blobs = _blobs(wiring, python)
        return cls(text, shapes, python, net, wiring, params, layers, blobs, data)

    def reshape(self) -> None:
        """Work out all shapes from those that the sources' blobs have now; parameters stay."""
        shapes = dict(self.shapes)
        for wired in self.wiring.layers:
            if not wired.bottoms and wired.index not in self.python.layers:
                for number in wired.tops:
                    shapes[self.wiring.names[number]] = tuple(self.blobs[number].shape)
        net = fk.load_net(
            self.text, shapes=shapes, python_layers=self.python.plan, strict_layers=True
        )
        for layer, new in zip(self.net.layers, net.layers, strict=True):
            check_same_params(layer, new, self.net.file)
        self.net, self.wiring = net, wire(net)
        for blob, shape in zip(self.blobs, self.wiring.shapes, strict=True):
            if tuple(blob.shape) != shape:
                blob.reshape(*shape)

    def by_name(self) -> Iterator[tuple[str, BlobVec]]:
        """The layers' parameters under the names that weight files have."""
        for layer, blobs in zip(self.net.layers, self.params, strict=True):
            yield layer.key, blobs

    def as_blobs(self) -> fk.Blobs:
        """The parameters as they are now."""
        arrays = {name: [blob.data for blob in blobs] for name, blobs in self.by_name() if blobs}
        return fk.Blobs.of(self.net, arrays, any_shape=True)


def _filled(net: fk.Net, python: PythonLayers) -> list[BlobVec]:
    """The parameter blobs of every layer; those of a Python layer are its own."""
    filled = net.fill(stream=caffe.stream)
    params: list[BlobVec] = []
    for index, layer in enumerate(net.layers):
        own = python.at(index)
        blobs = BlobVec() if own is None else own.blobs
        for position, param in enumerate(layer.params):
            if own is None:
                drawn = filled[layer.key][position] if param.owner is None else None
                blobs.append(Blob(param.shape, drawn))
            if param.owner is not None:
                blobs[position].share(params[param.owner[0]][param.owner[1]])
        params.append(blobs)
    return params


def _layers(wiring: Wiring, python: PythonLayers, params: Sequence[BlobVec]) -> list[Layer]:
    layers = []
    for wired in wiring.layers:
        layer = python.at(wired.index)
        if layer is None:
            layer = Layer(wired.message, None if wired.index is None else params[wired.index])
        layers.append(layer)
    return layers


def _blobs(wiring: Wiring, python: PythonLayers) -> list[Blob]:
    blobs = []
    for number, name in enumerate(wiring.names):
        blob = python.tops.get(name) or Blob(wiring.shapes[number])
        # The backward pass begins with the gradient of a loss, which is its weight.
        blob.diff_memory = Memory(blob.count, wiring.loss_weights[number])
        blobs.append(blob)
    for wired in wiring.layers:
        if wired.message.type == "DummyData":
            dummy_data.set_up(wired.message, [blobs[number] for number in wired.tops])
    return blobs


def _open(text: fk.NetText) -> Iterator[tuple[str, LayerParameter]]:
    """The tops whose shapes the prototxt itself does not settle, and their layers."""
    for message, _ in text.layers:
        known = fk.layer_types.get(message.type)
        settled = message.type == "DummyData" or (
            message.type == "Input" and len(message.input_param.shape)
        )
        if known is None or known.code or (known.source and not settled):
            yield from ((name, message) for name in message.top)
