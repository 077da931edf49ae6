"""What there is in a net: its layers and blobs, by name and in order."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from functools import cached_property

import fillerkit as fk
from fillerkit.pycaffe.names import ByName
from fillerkit.pycaffe.net_state import NetState
from fillerkit.python_layers.blob import Blob, BlobVec
from fillerkit.python_layers.layer import Layer


class Structure:
    """A net's layers and blobs, as a script asks for them; `Net` says what each of them is."""

    def __init__(self, state: NetState) -> None:
        self._state = state

    @cached_property
    def blobs(self) -> ByName[Blob]:
        named = zip(self._state.wiring.names, self._state.blobs, strict=True)
        return ByName(named, "blob")

    @cached_property
    def params(self) -> ByName[BlobVec]:
        layers = zip(self.layer_names, self._state.layers, strict=True)
        named = [(name, each.blobs) for name, each in layers if each.blobs]
        return ByName(named, "layer with parameters")

    @property
    def layer_dict(self) -> ByName[Layer]:
        return ByName(zip(self.layer_names, self._state.layers, strict=True), "layer")

    @property
    def layer_names(self) -> list[str]:
        return [wired.message.name for wired in self._state.wiring.layers]

    @property
    def inputs(self) -> list[str]:
        return self._names(self._state.wiring.inputs)

    @property
    def outputs(self) -> list[str]:
        return self._names(self._state.wiring.outputs)

    @property
    def top_names(self) -> OrderedDict[str, list[str]]:
        layers = self._state.wiring.layers
        return OrderedDict((wired.message.name, self._names(wired.tops)) for wired in layers)

    @property
    def bottom_names(self) -> OrderedDict[str, list[str]]:
        layers = self._state.wiring.layers
        return OrderedDict((wired.message.name, self._names(wired.bottoms)) for wired in layers)

    def index(self, layer: str) -> int:
        """The number of a layer."""
        names = self.layer_names
        if layer not in names:
            near = fk.did_you_mean(layer, names)
            raise ValueError(f"the net has no layer '{layer}'{near}")
        return names.index(layer)

    def _names(self, numbers: Iterable[int]) -> list[str]:
        return [self._state.wiring.names[number] for number in numbers]
