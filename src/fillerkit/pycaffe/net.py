"""Nets as a script sees them: filled with Caffe's bits, edited in place, saved, and run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fillerkit as fk
from fillerkit.pycaffe import dummy_data
from fillerkit.pycaffe.names import few
from fillerkit.pycaffe.passes import CALLBACKS, Passes
from fillerkit.pycaffe.proto.caffe_pb2 import LayerParameter
from fillerkit.pycaffe.state import caffe
from fillerkit.pycaffe.weights import (
    OUR_FORMATS,
    add_diffs,
    check_file,
    check_fits,
    format_of,
    layers_of,
)
from fillerkit.pycaffe.wiring import check_same_params, wire
from fillerkit.python_layers.blob import Blob, BlobVec, Memory
from fillerkit.python_layers.instances import PythonLayers
from fillerkit.python_layers.layer import Layer
from fillerkit.python_layers.say import say_once

if TYPE_CHECKING:
    from fillerkit.pycaffe.forward import Runner

PHASES = ("TRAIN", "TEST")


class Net(Passes):
    """A net, initialised.

    Parameters
    ----------
    network_file
        The prototxt.
    phase
        ``caffe.TRAIN`` or ``caffe.TEST``. In the old order, a weight file, with the phase behind
        it: ``Net("deploy.prototxt", "lenet.caffemodel", caffe.TEST)``.
    level, stages
        Of the net's state, for include and exclude rules.
    weights
        A weight file whose layers are copied over those of the same names.
    shapes
        Shapes of tops of data layers whose data is not there, by name. Caffe has no such argument.

    Raises
    ------
    RuntimeError
        A file is not there.
    FillerkitError
        The net makes no sense; Caffe ends the process.
    """

    def __init__(
        self,
        network_file: str | os.PathLike[str],
        phase: Any,
        level: int | None = None,
        stages: Sequence[str] | None = None,
        weights: str | os.PathLike[str] | None = None,
        *,
        shapes: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        if isinstance(phase, (str, os.PathLike)):
            weights, phase, level = phase, level, None
        if phase not in (0, 1) or isinstance(phase, float) or isinstance(level, str):
            seen = "not there" if phase is None else repr(phase)
            seen += f", and {level!r} stands behind it" * isinstance(level, str)
            seen += f", and {weights!r} was taken for the weights" * (phase is None)
            raise TypeError(
                f"Net({os.fspath(network_file)!r}, ...): there are Net(FILE, PHASE) and "
                "Net(FILE, WEIGHTS, PHASE), with caffe.TRAIN or caffe.TEST as the phase; it is "
                f"{seen}"
            )
        for file in (network_file, weights):
            if file is not None:
                check_file(file)
        text = fk.read_net(
            os.fspath(network_file),
            phase=PHASES[phase],
            level=level or 0,
            stages=stages or (),
        )
        self._set_up(text, shapes or {})
        if weights is not None:
            self.copy_from(weights)

    @classmethod
    def of_text(cls, text: fk.NetText, shapes: Mapping[str, Sequence[int]]) -> Net:
        """A net that is read already, as a solver's are."""
        net = cls.__new__(cls)
        net._set_up(text, shapes)
        return net

    def _set_up(self, text: fk.NetText, shapes: Mapping[str, Sequence[int]]) -> None:
        known = {
            name: caffe.shape_of(name, message)
            for name, message in _open(text)
            if name in caffe.shapes
        }
        caffe.made_nets = True
        self._text = text
        self._shapes: Mapping[str, Sequence[int]] = {**known, **shapes}
        self._python = PythonLayers()
        try:
            self._net = fk.load_net(text, shapes=self._shapes, python_layers=self._python.plan)
        except fk.ShapeNeeded as error:
            error.message += "; python -m fillerkit.pycaffe --shape ... SCRIPT for an old script"
            raise
        self._wiring = wire(self._net)
        self._fill()
        self._blob_list = self._made_blobs()
        self._runner: Runner | None = None
        self._input_arrays = None
        self._callbacks = {name: [] for name in CALLBACKS}

    def _fill(self) -> None:
        """Make all parameter blobs, from the next draws of the process's engine."""
        filled = self._net.fill(stream=caffe.stream)
        self._layers = []
        of_layer: list[BlobVec] = []
        for index, layer in enumerate(self._net.layers):
            python = self._python.layers.get(index)
            blobs = BlobVec() if python is None else python.blobs
            for position, param in enumerate(layer.params):
                if python is None:
                    drawn = filled[layer.key][position] if param.owner is None else None
                    blobs.append(Blob(param.shape, drawn))
                if param.owner is not None:
                    blobs[position].share(of_layer[param.owner[0]][param.owner[1]])
            of_layer.append(blobs)
        for wired in self._wiring.layers:
            python = None if wired.index is None else self._python.layers.get(wired.index)
            if python is None:
                python = Layer(wired.message)
                if wired.index is not None:
                    python._blobs = of_layer[wired.index]
            self._layers.append(python)
        self._of_layer = of_layer

    def _made_blobs(self) -> list[Blob]:
        wiring, found = self._wiring, []
        for number, name in enumerate(wiring.names):
            blob = self._python.tops.get(name) or Blob(wiring.shapes[number])
            # A loss begins its own backward pass: its gradient is its weight.
            blob.diff_memory = Memory(blob.count, wiring.loss_weights[number])
            found.append(blob)
        for wired in wiring.layers:
            if wired.message.type == "DummyData":
                dummy_data.set_up(wired.message, [found[number] for number in wired.tops])
        return found

    # Weights.

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.caffemodel``, whatever the file is called, as Caffe does."""
        self._tell_of_zeros(path)
        if Path(path).suffix.lower() in OUR_FORMATS:
            say_once(f"{os.fspath(path)}: is a .caffemodel, as net.save has it in Caffe")
        self._as_blobs().save(path, "caffemodel")

    def save_hdf5(self, path: str | os.PathLike[str], write_diff: bool = False) -> None:
        """Write Caffe's HDF5, with `write_diff` the gradients too."""
        self._tell_of_zeros(path)
        self._as_blobs().save(path, "h5")
        if write_diff:
            add_diffs(path, self._by_name())

    def copy_from(self, path: str | os.PathLike[str]) -> None:
        """Copy the layers of a weight file over the net's of the same names; others stay.

        A ``.caffemodel`` or an HDF5 file, whatever it is called; besides, the formats of fillerkit
        by their suffixes.

        Raises
        ------
        RuntimeError
            The file is not there.
        FormatError
            It cannot be read, or a layer's blobs have other shapes, or another number.
        """
        check_file(path)
        self._copy(fk.load(path, format_of(Path(path))), path)

    def load_hdf5(self, path: str | os.PathLike[str]) -> None:
        """Copy from an HDF5 file, as `copy_from` does."""
        check_file(path)
        self._copy(fk.load(path, "h5"), path)

    def share_with(self, other: Net) -> None:
        """Have the values of another net's layers of the same names: the very same memory."""
        if not isinstance(other, Net):
            raise TypeError(f"share_with takes a Net, not {other!r}; copy_from takes a file")
        theirs = dict(reversed(list(other._by_name())))
        for name, blobs in self._by_name():
            if name in theirs:
                check_fits(name, blobs, [blob.shape for blob in theirs[name]], "the other net")
                for blob, source in zip(blobs, theirs[name], strict=True):
                    blob.share(source, diff=False)

    def _by_name(self) -> Iterator[tuple[str, BlobVec]]:
        """The layers and their parameters under the names that weight files have them by."""
        for layer, blobs in zip(self._net.layers, self._of_layer, strict=True):
            yield layer.key, blobs

    def _copy(self, source: fk.Blobs, path: str | os.PathLike[str]) -> None:
        there, missing = layers_of(source, path), []
        for name, blobs in self._by_name():
            if name not in there:
                missing += [name] * bool(blobs)
            else:
                arrays = there.pop(name)  # a later layer of that name is not meant
                check_fits(name, blobs, [list(array.shape) for array in arrays], os.fspath(path))
                for blob, array in zip(blobs, arrays, strict=True):
                    blob.data[...] = array.reshape(blob.data.shape)

        left = [name for name, arrays in there.items() if arrays]
        for what, names in (("not in the net", left), ("not in it, so as they were", missing)):
            if names:
                say_once(f"{os.fspath(path)}: layers {what}: {few(names)}")

    def _tell_of_zeros(self, path: str | os.PathLike[str]) -> None:
        """Say which weights nothing filled and no script wrote to."""
        zeros = [
            layer.name
            for layer, blobs in zip(self._net.layers, self._of_layer, strict=True)
            for param, blob in zip(layer.params, blobs, strict=False)
            if param.dead and param.owner is None and not blob.data.any()
        ]
        if zeros:
            say_once(
                f"{os.fspath(path)}: weights that are all zeros, as Caffe leaves them without a "
                f"weight_filler: {few(zeros)}"
            )

    def _as_blobs(self) -> fk.Blobs:
        """The parameters as they are now."""
        layers = zip(self._net.layers, self._of_layer, strict=True)
        arrays = {layer.key: [blob.data for blob in blobs] for layer, blobs in layers if blobs}
        return fk.Blobs.of(self._net, arrays, any_shape=True)

    def clear_param_diffs(self) -> None:
        """Set the gradients of all parameters to 0."""
        for blobs in self._of_layer:
            for blob in blobs:
                if blob.diff_memory.touched:
                    blob.diff[...] = 0

    # Shapes.

    def reshape(self) -> None:
        """Let the shapes that a script gave the inputs flow through the net; parameters stay.

        Raises
        ------
        FillerkitError
            A layer cannot take the new shapes, or would need other parameters.
        """
        shapes = dict(self._shapes)
        for wired in self._wiring.layers:
            if not wired.bottoms and wired.index not in self._python.layers:
                for number in wired.tops:
                    shapes[self._wiring.names[number]] = tuple(self._blob_list[number].shape)
        net = fk.load_net(self._text, shapes=shapes, python_layers=self._python.plan)
        for layer, new in zip(self._net.layers, net.layers, strict=True):
            check_same_params(layer, new, self._net.file)
        self._net, self._wiring, self._runner = net, wire(net), None
        for blob, shape in zip(self._blob_list, self._wiring.shapes, strict=True):
            if tuple(blob.shape) != shape:
                blob.reshape(*shape)

    def _run(self) -> Runner:
        if self._runner is None or self._runner.stale():
            from fillerkit.pycaffe.forward import Runner

            self._runner = Runner(self)
        return self._runner


def _open(text: fk.NetText) -> Iterator[tuple[str, LayerParameter]]:
    """The tops whose shapes the prototxt itself does not settle, and their layers."""
    for message, _ in text.layers:
        known = fk.layer_types.get(message.type)
        settled = message.type == "DummyData" or (
            message.type == "Input" and len(message.input_param.shape)
        )
        if known is None or known.code or (known.source and not settled):
            yield from ((name, message) for name in message.top)
