"""What there is in a net: its layers and blobs, by name and in order, as pycaffe tells them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import fillerkit as fk
from fillerkit.pycaffe.names import ByName
from fillerkit.pycaffe.wiring import Wiring
from fillerkit.python_layers.blob import Blob, BlobVec
from fillerkit.python_layers.layer import Layer

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


class Structure:
    """A net's layers and blobs."""

    _net: fk.Net
    _wiring: Wiring
    _layers: list[Layer]
    _blob_list: list[Blob]

    def __repr__(self) -> str:
        return f"<Net '{self._net.name}', {self._net.phase}, {len(self._layers)} layers>"

    if not TYPE_CHECKING:  # a type checker is to complain of names that are not there

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            before = _BEFORE_1_0.get(name)
            hint = f"; {before}" if before else fk.did_you_mean(name, dir(type(self)))
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'{hint}")

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
