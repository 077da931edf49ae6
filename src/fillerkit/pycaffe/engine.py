"""Runs a net layer by layer, from its blobs into its blobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import fillerkit as fk
from fillerkit.pycaffe import dummy_data
from fillerkit.pycaffe.needs import needs
from fillerkit.pycaffe.net_state import NetState
from fillerkit.pycaffe.torch_layers import TorchLayers, refusal
from fillerkit.pycaffe.wiring import Wired
from fillerkit.python_layers.blob import Blob
from fillerkit.python_layers.finder import caffe_is_ours
from fillerkit.python_layers.say import say_once

_FROM_WHERE = " (paths start from the working directory)"


class Engine:
    """Runs one net. What layers carry from pass to pass lives as long as it does."""

    def __init__(self, state: NetState) -> None:
        self._state = state
        self._needs = needs(state.net, state.wiring, force=state.text.force_backward)
        self._torch = TorchLayers(state, self._needs)
        self._refusals: dict[int, str] = {}
        """Why layers cannot be run, of those that were asked for."""

    def forward(self, first: int, last: int) -> float:
        """Run layers, by number, and give the sum of the losses among them."""
        self._check_numbers(first, last)
        self._check(range(first, last + 1))
        read = self._looked_at(first, last)
        loss = 0.0
        for index in range(first, last + 1):
            wired = self._state.wiring.layers[index]
            self._call("before_forward", index)
            self._run(index, wired, read)
            for number, weight in zip(wired.tops, wired.loss_weights, strict=True):
                if weight:
                    blob = self._state.blobs[number]
                    loss += float(np.sum(blob.data * blob.diff))
            self._call("after_forward", index)
        return loss

    def backward(self, first: int, last: int) -> None:
        """Run layers backward, from the number `first` down to `last`."""
        self._check_numbers(first, last)
        needed = [index for index in range(last, first + 1) if self._needs.layers[index]]
        self._check(needed)
        for index in range(first, last - 1, -1):
            self._call("before_backward", index)
            if self._needs.layers[index]:
                self._run_back(index, self._state.wiring.layers[index])
            self._call("after_backward", index)

    def _call(self, when: str, layer: int) -> None:
        for callback in self._state.callbacks[when]:
            callback(layer)

    def _run(self, index: int, wired: Wired, read: set[int]) -> None:
        tops, bottoms = self._of(wired.tops), self._of(wired.bottoms)
        python = self._python(wired)
        if python is not None:
            with caffe_is_ours():
                python.reshape(bottoms, tops)
                python.forward(bottoms, tops)
        elif wired.message.type == "Split":
            for top in tops:
                top.reshape(*bottoms[0].shape)
                top.data_memory = bottoms[0].data_memory
        elif wired.message.type == "MemoryData":
            self._hand_out(wired)
        elif wired.message.type == "DummyData":
            dummy_data.run(wired.message, tops)
        elif _is_source(wired):
            self._read(wired, read)
        elif tops:
            self._torch.forward(index, wired)

    def _run_back(self, index: int, wired: Wired) -> None:
        python = self._python(wired)
        tops, bottoms = self._of(wired.tops), self._of(wired.bottoms)
        if python is not None:
            with caffe_is_ours():
                python.backward(tops, self._needs.bottoms[index], bottoms)
        elif wired.message.type == "Split":
            bottoms[0].diff[...] = sum(top.diff for top in tops)
        elif bottoms or self._needs.params[index]:
            self._torch.backward(index, wired)

    def _hand_out(self, wired: Wired) -> None:
        """MemoryData: the next batch of what the script has given."""
        arrays = self._state.input_arrays
        if arrays is None:
            raise RuntimeError(
                f"layer '{wired.message.name}' (MemoryData) has nothing to hand out: give it "
                "arrays with net.set_input_arrays(data, labels)"
            )
        arrays.put(self._of(wired.tops))

    def _looked_at(self, first: int, last: int) -> set[int]:
        """The blobs that some layer of a run looks at, and the last layer's tops.

        A Split looks at its bottom if anybody looks at one of its tops, a Silence at none.
        """
        layers = self._state.wiring.layers[first : last + 1]
        read = set(layers[-1].tops) if layers else set()
        for wired in reversed(layers):
            only_passes = wired.message.type in ("Split", "Silence")
            if not only_passes or not read.isdisjoint(wired.tops):
                read.update(wired.bottoms)
        return read

    def _read(self, wired: Wired, read: set[int]) -> None:
        """A data layer reads its next batch; without a source, it hands out what is written."""
        if wired.message.type == "Input":
            return
        what = f"layer '{wired.message.name}' ({wired.message.type})"
        if not self._state.data.run(wired.index, what, self._of(wired.tops)):
            self._check_written(wired, what, read)

    def _check_written(self, wired: Wired, what: str, read: set[int]) -> None:
        """Tops that nobody reads may stay as they are: a label, if the run ends before the loss."""
        missing = self._state.data.missing(wired.index)
        why = f"{missing} is not there" if missing else "its data is not read"
        say_once(f"{what}: {why}; it hands out what the script writes")
        numbers = [number for number in wired.tops if number in read]
        names = [self._state.wiring.names[number] for number in numbers]
        tops = dict(zip(names, self._of(numbers), strict=True))
        for name, top in tops.items():
            if not top.data_memory.touched:
                raise fk.UsageError(
                    f"{what} has no data: {why}{_FROM_WHERE * bool(missing)}. A script may write "
                    f"it before the net runs: net.blobs['{name}'].data[...] = values"
                )
        for name, top in tops.items():
            if not top.data.any():
                say_once(f"{what}: nothing but zeros is in its top '{name}'")

    def _check_numbers(self, *numbers: int) -> None:
        count = len(self._state.layers)
        for number in numbers:
            if count and not 0 <= number < count:
                raise fk.UsageError(f"there are layers 0 to {count - 1}, no layer {number}")

    def _check(self, indices: Sequence[int]) -> None:
        """All layers that cannot be run, in one error."""
        net, refused = self._state.net, []
        for index in indices:
            wired = self._state.wiring.layers[index]
            if index not in self._refusals:
                self._refusals[index] = self._refusal(wired)
            if why := self._refusals[index]:
                assert wired.index is not None
                layer = net.layers[wired.index]
                refused.append(fk.Line(f"  line {layer.line}: {layer.type} '{layer.name}': {why}"))
        if refused:
            raise fk.UsageError(
                f"layers of {net.file} cannot be run (forward(end=LAYER) runs what is before "
                "them):",
                *refused,
            )

    def _refusal(self, wired: Wired) -> str:
        if wired.index is None or self._python(wired) is not None or _is_source(wired):
            return ""
        return "" if wired.message.type == "Split" else refusal(self._state.net.layers[wired.index])

    def _python(self, wired: Wired) -> Any:
        return self._state.python.at(wired.index)

    def _of(self, numbers: Sequence[int]) -> list[Blob]:
        return [self._state.blobs[number] for number in numbers]


def _is_source(wired: Wired) -> bool:
    known = fk.layer_types.get(wired.message.type)
    return known is not None and (known.source or (known.code is not None and not wired.bottoms))
