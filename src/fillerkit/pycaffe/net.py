"""Nets as a script sees them: filled with Caffe's bits, edited in place, saved, and run."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fillerkit as fk
from fillerkit.pycaffe import dummy_data
from fillerkit.pycaffe.batches import InputArrays, batches, gather, joined
from fillerkit.pycaffe.blob import Blob, BlobVec, Floats, Memory, shown
from fillerkit.pycaffe.layer import Layer, PythonLayers
from fillerkit.pycaffe.names import ByName, names_of
from fillerkit.pycaffe.state import caffe
from fillerkit.pycaffe.weights import add_diffs, check_file, check_fits, format_of, layers_of
from fillerkit.pycaffe.wiring import wire

if TYPE_CHECKING:
    from fillerkit.pycaffe.forward import Runner

PHASES = ("TRAIN", "TEST")

CALLBACKS = ("before_forward", "after_forward", "before_backward", "after_backward")

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

Arrays = Mapping[str, Any]
Callback = Callable[[int], object]


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
        if phase not in (0, 1):
            asked = (
                "is missing" if phase is None else f"is caffe.TRAIN or caffe.TEST, not {phase!r}"
            )
            raise TypeError(f"Net({os.fspath(network_file)!r}, ...): the phase {asked}")
        for file in (network_file, weights):
            if file is not None:
                check_file(file)
        text = fk.read_net(
            os.fspath(network_file),
            phase=PHASES[phase],
            level=level or 0,
            stages=list(stages or ()),
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
        known = {name: caffe.shape_of(name) for name in _open(text) if name in caffe.shapes}
        self._text = text
        self._shapes: Mapping[str, Sequence[int]] = {**known, **shapes}
        self._python = PythonLayers()
        try:
            self._net = fk.load_net(text, shapes=self._shapes, python_layers=self._python.plan)
        except fk.ShapeNeeded as error:
            error.message += (
                "; caffe.Net and the solvers take shapes too, and for a script as it is there is "
                "python -m fillerkit.pycaffe --shape NAME=N,C,H,W SCRIPT"
            )
            raise
        self._wiring = wire(self._net)
        self._fill()
        self._blob_list = self._made_blobs()
        self._runner: Runner | None = None
        self._input_arrays: InputArrays | None = None
        self._callbacks: dict[str, list[Callback]] = {name: [] for name in CALLBACKS}

    def _fill(self) -> None:
        """Make all parameter blobs, from the next draws of the process's engine."""
        filled = self._net.fill(stream=caffe.stream)
        self._layers: list[Layer] = []
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

    def __repr__(self) -> str:
        return f"<Net '{self.name}', {self._net.phase}, {len(self._layers)} layers>"

    if not TYPE_CHECKING:  # a type checker is to complain of names that are not there

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            before = _BEFORE_1_0.get(name)
            hint = f"; {before}" if before else fk.did_you_mean(name, dir(type(self)))
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'{hint}")

    # What there is, by name and in order.

    @property
    def blobs(self) -> ByName[Blob]:
        """All blobs that layers make, by name, from the input to the output."""
        if "_blobs_by_name" not in self.__dict__:
            named = zip(self._wiring.names, self._blob_list, strict=True)
            self._blobs_by_name = ByName(named, "blob")
        return self._blobs_by_name

    @property
    def params(self) -> ByName[BlobVec]:
        """The parameter blobs of every layer that has any, by the layer's name."""
        if "_params_by_name" not in self.__dict__:
            layers = zip(self._layer_names, self._layers, strict=True)
            named = [(name, each.blobs) for name, each in layers if each.blobs]
            self._params_by_name = ByName(named, "layer with parameters")
        return self._params_by_name

    @property
    def layers(self) -> list[Layer]:
        """All layers, the Splits that Caffe puts in among them."""
        return self._layers

    @property
    def layer_dict(self) -> ByName[Layer]:
        """The layers by name."""
        return ByName(zip(self._layer_names, self._layers, strict=True), "layer")

    @property
    def _layer_names(self) -> list[str]:
        return [wired.message.name for wired in self._wiring.layers]

    @property
    def _blob_names(self) -> list[str]:
        return list(self._wiring.names)

    @property
    def _blobs(self) -> list[Blob]:
        return self._blob_list

    @property
    def _inputs(self) -> list[int]:
        return list(self._wiring.inputs)

    @property
    def _outputs(self) -> list[int]:
        return list(self._wiring.outputs)

    def _bottom_ids(self, layer: int) -> list[int]:
        return list(self._wiring.layers[layer].bottoms)

    def _top_ids(self, layer: int) -> list[int]:
        return list(self._wiring.layers[layer].tops)

    @property
    def name(self) -> str:
        """The net's name."""
        return self._net.name

    @property
    def inputs(self) -> list[str]:
        """The names of the Input layers' tops."""
        return [self._wiring.names[number] for number in self._wiring.inputs]

    @property
    def outputs(self) -> list[str]:
        """The names of the blobs that no layer takes, sorted."""
        return [self._wiring.names[number] for number in self._wiring.outputs]

    @property
    def top_names(self) -> OrderedDict[str, list[str]]:
        """By layer, the names of the blobs that it makes."""
        return self._names(self._top_ids)

    @property
    def bottom_names(self) -> OrderedDict[str, list[str]]:
        """By layer, the names of the blobs that it takes."""
        return self._names(self._bottom_ids)

    def _names(self, ids: Any) -> OrderedDict[str, list[str]]:
        names = self._wiring.names
        return OrderedDict(
            (layer, [names[number] for number in ids(index)])
            for index, layer in enumerate(self._layer_names)
        )

    @property
    def blob_loss_weights(self) -> OrderedDict[str, float]:
        """What each blob counts in the net's loss."""
        return OrderedDict(zip(self._wiring.names, self._wiring.loss_weights, strict=True))

    @property
    def _blob_loss_weights(self) -> list[float]:
        return list(self._wiring.loss_weights)

    # Weights.

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.caffemodel``, whatever the file is called, as Caffe does."""
        self._tell_of_zeros(path)
        self._as_blobs().save(path, "caffemodel")

    def save_hdf5(self, path: str | os.PathLike[str], write_diff: bool = False) -> None:
        """Write Caffe's HDF5, with `write_diff` the gradients too."""
        self._tell_of_zeros(path)
        self._as_blobs().save(path, "h5")
        if write_diff:
            add_diffs(path, [(name, layer.blobs) for name, layer in self.layer_dict.items()])

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
        there = layers_of(source, path)
        for name, blobs in self._by_name():
            if name in there:
                arrays = there.pop(name)  # a later layer of that name is not meant
                check_fits(name, blobs, [list(array.shape) for array in arrays], os.fspath(path))
                for blob, array in zip(blobs, arrays, strict=True):
                    blob.data[...] = array.reshape(blob.data.shape)

    def _tell_of_zeros(self, path: str | os.PathLike[str]) -> None:
        """Say which weights nothing filled and no script wrote to."""
        zeros = [
            layer.name
            for layer, blobs in zip(self._net.layers, self._of_layer, strict=True)
            for param, blob in zip(layer.params, blobs, strict=False)
            if param.dead and param.owner is None and not blob.data.any()
        ]
        if zeros:
            caffe.say_once(
                f"{os.fspath(path)}: weights that are all zeros, as Caffe leaves them without a "
                f"weight_filler: {', '.join(zeros[:3])}{' ...' * (len(zeros) > 3)}"
            )

    def _as_blobs(self) -> fk.Blobs:
        """The parameters as they are now."""
        layers = zip(self._net.layers, self._of_layer, strict=True)
        return fk.Blobs.of(
            self._net, {layer.key: [blob.data for blob in blobs] for layer, blobs in layers}
        )

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
            for param, other in zip(layer.params, new.params, strict=True):
                if param.shape != other.shape:
                    raise fk.UsageError(
                        f"layer '{layer.name}' cannot take the new shapes: its {param.name} is "
                        f"{shown(param.shape)} and would have to be {shown(other.shape)}"
                    )
        self._net, self._wiring, self._runner = net, wire(net), None
        for blob, shape in zip(self._blob_list, self._wiring.shapes, strict=True):
            if tuple(blob.shape) != shape:
                blob.reshape(*shape)

    # Running.

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
        first = 0 if start is None else self._index(start)
        if end is None:
            last, wanted = len(self._layers) - 1, self.outputs + wanted
        else:
            last = self._index(end)
            wanted = self.top_names[end] + wanted
        if inputs:
            self._put(inputs, self.inputs, "data")
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
        first = len(self._layers) - 1 if start is None else self._index(start)
        if end is None:
            last, wanted = 0, self.inputs + wanted
        else:
            last = self._index(end)
            wanted = self.bottom_names[end] + wanted
        if tops:
            self._put(tops, self.outputs, "diff")
        self._backward(first, last)
        return {name: self.blobs[name].diff for name in wanted}

    def _index(self, layer: str) -> int:
        if layer not in self._layer_names:
            near = fk.did_you_mean(layer, self._layer_names)
            raise ValueError(f"the net has no layer '{layer}'{near}")
        return self._layer_names.index(layer)

    def _put(self, given: Arrays, names: Sequence[str], what: str) -> None:
        if set(given) != set(names):
            raise ValueError(
                f"values are given for {', '.join(sorted(given))}; the net's "
                f"{'inputs' if what == 'data' else 'outputs'} are {', '.join(names) or 'none'}; "
                f"to others write before: net.blobs[NAME].{what}[...] = values"
            )
        for name, array in given.items():
            blob = self.blobs[name]
            if len(array) != blob.shape[0]:
                raise ValueError(
                    f"'{name}' has a batch of {blob.shape[0]}, but {len(array)} are given"
                )
            getattr(blob, what)[...] = array

    def _forward(self, first: int, last: int) -> float:
        return self._run().forward(first, last)

    def _backward(self, first: int, last: int) -> None:
        self._run().backward(first, last)

    def _run(self) -> Runner:
        if self._runner is None or self._runner.stale():
            from fillerkit.pycaffe.forward import Runner

            self._runner = Runner(self)
        return self._runner

    def before_forward(self, callback: Callback) -> None:
        """Have a function called with the number of each layer before it runs."""
        self._callbacks["before_forward"].append(callback)

    def after_forward(self, callback: Callback) -> None:
        """Have a function called with the number of each layer after it has run."""
        self._callbacks["after_forward"].append(callback)

    def before_backward(self, callback: Callback) -> None:
        """Have a function called with the number of each layer before it runs backward."""
        self._callbacks["before_backward"].append(callback)

    def after_backward(self, callback: Callback) -> None:
        """Have a function called with the number of each layer after it has run backward."""
        self._callbacks["after_backward"].append(callback)

    def _call(self, name: str, layer: int) -> None:
        for callback in self._callbacks[name]:
            callback(layer)

    def forward_all(self, blobs: Sequence[str] | None = None, **inputs: Any) -> dict[str, Floats]:
        """Run any number of inputs through the net, batch after batch; see `forward`.

        Returns
        -------
        dict of str to ndarray
            Copies, one after the other along axis 0. The last batch is filled up with zeros, and
            what comes of those is cut off.
        """
        if not inputs:
            raise ValueError("forward_all takes values for the net's inputs, by name")
        found: dict[str, list[Floats]] = {name: [] for name in self.outputs + list(blobs or ())}
        for batch in self._batch(inputs):
            gather(found, self.forward(blobs=blobs, **batch))
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
        outs: dict[str, list[Floats]] = {name: [] for name in self.outputs + list(blobs or ())}
        backs: dict[str, list[Floats]] = {name: [] for name in self.inputs + list(diffs or ())}
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
        first = self._wiring.layers[0]
        if first.message.type != "MemoryData":
            raise RuntimeError("set_input_arrays is for nets whose first layer is a MemoryData")
        shape = self._blob_list[first.tops[0]].shape
        self._input_arrays = InputArrays(data, labels, shape)

    _set_input_arrays = set_input_arrays


def _open(text: fk.NetText) -> Iterator[str]:
    """The tops whose shapes the prototxt itself does not settle."""
    for message, _ in text.layers:
        known = fk.layer_types.get(message.type)
        settled = message.type == "DummyData" or (
            message.type == "Input" and len(message.input_param.shape)
        )
        if known is None or known.code or (known.source and not settled):
            yield from message.top
