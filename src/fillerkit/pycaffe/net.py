"""Nets as a script sees them: filled with Caffe's bits, edited in place, saved, and run."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fillerkit as fk
from fillerkit.printable import printable
from fillerkit.pycaffe.batches import Arrays, InputArrays, batches, gather, joined, put
from fillerkit.pycaffe.engine import Engine
from fillerkit.pycaffe.names import ByName, names_of
from fillerkit.pycaffe.net_state import Callback, NetState
from fillerkit.pycaffe.structure import Structure
from fillerkit.pycaffe.weight_files import add_diffs, check_file, format_of
from fillerkit.pycaffe.weights import copy_weights, save_weights, share_weights
from fillerkit.python_layers.blob import Blob, BlobVec, Floats
from fillerkit.python_layers.layer import Layer

PHASES = ("TRAIN", "TEST")

_TRANSFORMER = "it moved to caffe.io.Transformer in 2014"
_PHASE = "since 2014 the phase is said when the net is made: caffe.Net(file, weights, caffe.TEST)"
_BEFORE_1_0 = {
    "set_phase_train": _PHASE,
    "set_phase_test": _PHASE,
    "set_mode_cpu": "it is caffe.set_mode_cpu() since 2014",
    "set_mode_gpu": "it is caffe.set_mode_gpu() since 2014",
    "set_device": "it is caffe.set_device() since 2014",
    **dict.fromkeys(("set_mean", "set_input_scale", "set_raw_scale"), _TRANSFORMER),
    **dict.fromkeys(("set_channel_swap", "preprocess", "deprocess"), _TRANSFORMER),
}


class Net:
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
        check_file(network_file)
        if weights is not None:
            check_file(weights)
        text = fk.read_net(
            os.fspath(network_file),
            phase=PHASES[phase],
            level=level or 0,
            stages=stages or (),
        )
        self._set_up(NetState.of(text, shapes or {}))
        if weights is not None:
            self.copy_from(weights)

    @classmethod
    def of_text(cls, text: fk.NetText, shapes: Mapping[str, Sequence[int]]) -> Net:
        """A net that is read already, as a solver's are."""
        net = cls.__new__(cls)
        net._set_up(NetState.of(text, shapes))
        return net

    def _set_up(self, state: NetState) -> None:
        self._state = state
        self._structure = Structure(state)
        self._engine: Engine | None = None

    def __repr__(self) -> str:
        net = self._state.net
        return f"<Net '{printable(net.name)}', {net.phase}, {len(self.layers)} layers>"

    if not TYPE_CHECKING:  # a type checker is to complain of names that are not there

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            before = _BEFORE_1_0.get(name)
            hint = f"; {before}" if before else fk.did_you_mean(name, dir(type(self)))
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'{hint}")

    # What is in it.

    @property
    def blobs(self) -> ByName[Blob]:
        """All blobs that layers make, by name, from the input to the output."""
        return self._structure.blobs

    @property
    def params(self) -> ByName[BlobVec]:
        """The parameter blobs of every layer that has any, by the layer's name."""
        return self._structure.params

    @property
    def layers(self) -> list[Layer]:
        """All layers, with the Splits that Caffe puts in."""
        return self._state.layers

    @property
    def layer_dict(self) -> ByName[Layer]:
        """The layers by name."""
        return self._structure.layer_dict

    @property
    def inputs(self) -> list[str]:
        """The names of the Input layers' tops."""
        return self._structure.inputs

    @property
    def outputs(self) -> list[str]:
        """The names of the blobs that no layer takes, sorted."""
        return self._structure.outputs

    @property
    def top_names(self) -> OrderedDict[str, list[str]]:
        """By layer, the names of the blobs that it makes."""
        return self._structure.top_names

    @property
    def bottom_names(self) -> OrderedDict[str, list[str]]:
        """By layer, the names of the blobs that it takes."""
        return self._structure.bottom_names

    @property
    def blob_loss_weights(self) -> OrderedDict[str, float]:
        """What each blob counts in the net's loss."""
        return OrderedDict(zip(self._blob_names, self._blob_loss_weights, strict=True))

    # Names of Caffe's own compiled module that scripts use.

    @property
    def _layer_names(self) -> list[str]:
        return self._structure.layer_names

    @property
    def _blob_names(self) -> list[str]:
        return list(self._state.wiring.names)

    @property
    def _blob_names_index(self) -> dict[str, int]:
        """Of DeepSim's Caffe: at which place of `_blob_loss_weights` a blob is."""
        return {name: number for number, name in enumerate(self._state.wiring.names)}

    @property
    def _blob_loss_weights(self) -> list[float]:
        return list(self._state.wiring.loss_weights)

    @property
    def _blobs(self) -> list[Blob]:
        return self._state.blobs

    @property
    def _inputs(self) -> list[int]:
        return list(self._state.wiring.inputs)

    @property
    def _outputs(self) -> list[int]:
        return list(self._state.wiring.outputs)

    def _bottom_ids(self, layer: int) -> list[int]:
        return list(self._state.wiring.layers[layer].bottoms)

    def _top_ids(self, layer: int) -> list[int]:
        return list(self._state.wiring.layers[layer].tops)

    # Weights.

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.caffemodel``, whatever the file is called, as Caffe does."""
        save_weights(self._state, path, "caffemodel")

    def save_hdf5(self, path: str | os.PathLike[str], write_diff: bool = False) -> None:
        """Write Caffe's HDF5, with `write_diff` the gradients too.

        Caffe ends the process where a layer's name holds a slash; here the file is written, and a
        line on standard error says which layers Caffe would not find in it.
        """
        save_weights(self._state, path, "h5")
        if write_diff:
            add_diffs(path, self._state.by_name())

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
        copy_weights(self._state, path, format_of(Path(path)))

    def load_hdf5(self, path: str | os.PathLike[str]) -> None:
        """Copy from an HDF5 file, as `copy_from` does."""
        check_file(path)
        copy_weights(self._state, path, "h5")

    def share_with(self, other: Net) -> None:
        """Take the values of another net's layers of the same names, in the same memory."""
        if not isinstance(other, Net):
            raise TypeError(f"share_with takes a Net, not {other!r}; copy_from takes a file")
        share_weights(self._state, other._state)

    def clear_param_diffs(self) -> None:
        """Set the gradients of all parameters to 0."""
        for blobs in self._state.params:
            for blob in blobs:
                if blob.diff_memory.touched:
                    blob.diff[...] = 0

    # Passes.

    def reshape(self) -> None:
        """Work out all shapes from those that a script gave the inputs; parameters stay.

        Raises
        ------
        FillerkitError
            A layer cannot take the new shapes, or would need other parameters.
        """
        self._state.reshape()

    def forward(
        self,
        blobs: Sequence[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        **inputs: Any,
    ) -> dict[str, Floats]:
        """Run the net forward, or its layers from `start` to `end`.

        Parameters
        ----------
        blobs
            Names of blobs to return besides the outputs.
        start, end
            Names of layers; both run.
        **inputs
            Values for all inputs, by name; without them what the blobs hold.

        Returns
        -------
        dict of str to ndarray
            The blobs' own memory, of the net's outputs, or of the tops of `end`.
        """
        wanted = names_of(blobs)
        first = 0 if start is None else self._structure.index(start)
        if end is None:
            last, wanted = len(self.layers) - 1, self.outputs + wanted
        else:
            last = self._structure.index(end)
            wanted = self.top_names[end] + wanted
        if inputs:
            put(self.blobs, inputs, self.inputs, "data")
        self._forward(first, last)
        return {name: self.blobs[name].data for name in wanted}

    def backward(
        self,
        diffs: Sequence[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        **tops: Any,
    ) -> dict[str, Floats]:
        """Run the net backward, or its layers from `start` back to `end`.

        As in Caffe, layers that no loss depends on are passed over unless the net says
        ``force_backward: true``, and gradients of parameters add up until `clear_param_diffs`.

        Parameters
        ----------
        diffs
            Names of blobs whose gradients to return besides the inputs'.
        start, end
            Names of layers; both run.
        **tops
            Gradients of all outputs, by name; without them what the blobs hold.

        Returns
        -------
        dict of str to ndarray
            The gradients' own memory, of the net's inputs, or of the bottoms of `end`.
        """
        wanted = names_of(diffs)
        first = len(self.layers) - 1 if start is None else self._structure.index(start)
        if end is None:
            last, wanted = 0, self.inputs + wanted
        else:
            last = self._structure.index(end)
            wanted = self.bottom_names[end] + wanted
        if tops:
            put(self.blobs, tops, self.outputs, "diff")
        self._backward(first, last)
        return {name: self.blobs[name].diff for name in wanted}

    def forward_simple(self) -> None:
        """Run all layers forward; DeepSim's Caffe has it."""
        self._forward(0, len(self.layers) - 1)

    def backward_simple(self) -> None:
        """Run all layers backward; DeepSim's Caffe has it."""
        self._backward(len(self.layers) - 1, 0)

    def _forward(self, first: int, last: int) -> float:
        return self._running().forward(first, last)

    def _backward(self, first: int, last: int) -> None:
        self._running().backward(first, last)

    def _running(self) -> Engine:
        """The engine, made for the first pass."""
        if self._engine is None:
            self._engine = Engine(self._state)
        return self._engine

    def forward_all(self, blobs: Sequence[str] | None = None, **inputs: Any) -> dict[str, Floats]:
        """Run any number of inputs through the net, batch after batch; see `forward`.

        As in some of Caffe's forks, `start` and `end` may be among the keywords.

        Returns
        -------
        dict of str to ndarray
            Copies, one after the other along axis 0. The last batch is filled up with zeros, and
            what comes of those is cut off.
        """
        start, end = inputs.pop("start", None), inputs.pop("end", None)
        if not inputs:
            raise ValueError("forward_all takes values for the net's inputs, by name")
        found: dict[str, list[Floats]] = {}
        for batch in self._batch(inputs):
            gather(found, self.forward(blobs, start, end, **batch))
        return joined(found, len(next(iter(inputs.values()))))

    def forward_backward_all(
        self, blobs: Sequence[str] | None = None, diffs: Sequence[str] | None = None, **given: Any
    ) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Run any number of inputs forward and backward, batch after batch.

        Parameters
        ----------
        blobs, diffs
            As for `forward` and `backward`.
        **given
            Values of inputs and gradients of outputs, by name.
        """
        if not given:
            raise ValueError("forward_backward_all takes values for inputs and outputs, by name")
        for name in given:
            if name not in (*self.inputs, *self.outputs):
                near = fk.did_you_mean(name, (*self.inputs, *self.outputs))
                raise ValueError(f"the net has no input or output '{name}'{near}")
        outs: dict[str, list[Floats]] = {}
        backs: dict[str, list[Floats]] = {}
        inputs = {name: given[name] for name in self.inputs if name in given}
        tops = {name: given[name] for name in self.outputs if name in given}
        forward, backward = list(self._batch(inputs)), list(self._batch(tops))
        for index in range(max(len(forward), len(backward))):
            ins = forward[index] if index < len(forward) else {}
            diff = backward[index] if index < len(backward) else {}
            gather(outs, self.forward(blobs=blobs, **ins))
            gather(backs, self.backward(diffs=diffs, **diff))
        count = len(next(iter(given.values())))
        return joined(outs, count), joined(backs, count)

    def _batch(self, given: Arrays) -> Iterator[dict[str, Any]]:
        return batches(given, next(iter(self.blobs.values())).shape[0])

    def set_input_arrays(self, data: Floats, labels: Floats) -> None:
        """Give a MemoryData layer, the net's first, what it hands out batch after batch.

        Parameters
        ----------
        data
            float32, N x C x H x W, N a multiple of the batch.
        labels
            float32, N, or N x 1 x 1 x 1.
        """
        first = self._state.wiring.layers[0]
        if first.message.type != "MemoryData":
            raise RuntimeError("set_input_arrays is for nets whose first layer is a MemoryData")
        shape = self._state.blobs[first.tops[0]].shape
        self._state.input_arrays = InputArrays(data, labels, shape)

    _set_input_arrays = set_input_arrays

    def before_forward(self, callback: Callback) -> None:
        """Let a function be called with the number of each layer before it runs."""
        self._state.callbacks["before_forward"].append(callback)

    def after_forward(self, callback: Callback) -> None:
        """Let a function be called with the number of each layer after it has run."""
        self._state.callbacks["after_forward"].append(callback)

    def before_backward(self, callback: Callback) -> None:
        """Let a function be called with the number of each layer before it runs backward."""
        self._state.callbacks["before_backward"].append(callback)

    def after_backward(self, callback: Callback) -> None:
        """Let a function be called with the number of each layer after it has run backward."""
        self._state.callbacks["after_backward"].append(callback)
