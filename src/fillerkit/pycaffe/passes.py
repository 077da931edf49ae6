"""Forward and backward passes as a script asks for them, over a net or a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import fillerkit as fk
from fillerkit.pycaffe.batches import InputArrays, batches, gather, joined
from fillerkit.pycaffe.names import names_of
from fillerkit.pycaffe.structure import Structure
from fillerkit.python_layers.blob import Floats

if TYPE_CHECKING:
    from fillerkit.pycaffe.forward import Runner

CALLBACKS = ("before_forward", "after_forward", "before_backward", "after_backward")

Arrays = Mapping[str, Any]
Callback = Callable[[int], object]


class Passes(Structure):
    """A net that runs."""

    _run: Callable[[], Runner]
    """What runs the layers, as their shapes and memory are now; the net's."""
    _input_arrays: InputArrays | None
    _callbacks: dict[str, list[Callback]]

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
            kind = "inputs" if what == "data" else "outputs"
            missing = ", ".join(name for name in names if name not in given)
            raise ValueError(
                f"the net's {kind} are {', '.join(names) or 'none'}"
                + f", of which {missing} is missing" * bool(missing)
                + f"; values are given for {', '.join(sorted(given))} (into other blobs they are "
                f"written before: net.blobs[NAME].{what}[...] = values)"
            )
        for name, array in given.items():
            blob = self.blobs[name]
            batch, given_batch = blob.shape[:1], list(np.shape(array)[:1])
            if batch != given_batch:
                wanted = f"a batch of {batch[0]}" if batch else "one value"
                there = given_batch[0] if given_batch else "one value"
                raise ValueError(
                    f"'{name}' has {wanted}, but {there} given: net.blobs['{name}'].reshape(...) "
                    "before, or forward_all"
                )
            getattr(blob, what)[...] = array

    def _forward(self, first: int, last: int) -> float:
        return self._run().forward(first, last)

    def _backward(self, first: int, last: int) -> None:
        self._run().backward(first, last)

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
        first = self._wiring.layers[0]
        if first.message.type != "MemoryData":
            raise RuntimeError("set_input_arrays is for nets whose first layer is a MemoryData")
        shape = self._blob_list[first.tops[0]].shape
        self._input_arrays = InputArrays(data, labels, shape)

    _set_input_arrays = set_input_arrays
