"""The Python layers of one net: instances of the classes that its prototxt names."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from fillerkit.errors import LayerError, did_you_mean
from fillerkit.layers import Param, Plan, layer_types
from fillerkit.python_layers.blob import Blob
from fillerkit.python_layers.finder import caffe_is_ours
from fillerkit.python_layers.layer import PYTHON, Layer, Phase
from fillerkit.schema.forks_pb2 import LayerParameter


class PythonLayers:
    """The layers of one net that are Python classes: set up once, asked for shapes again and again.

    Attributes
    ----------
    layers : dict of int to Layer
        By the layer's index in the net.
    tops : dict of str to Blob
        The blobs that were handed to them as tops, by name.
    """

    def __init__(self) -> None:
        self.layers: dict[int, Layer] = {}
        self.tops: dict[str, Blob] = {}

    def at(self, index: int | None) -> Layer | None:
        """The layer at an index; None for any other layer, and for a Split, which has no index."""
        return None if index is None else self.layers.get(index)

    def plan(
        self, index: int, message: LayerParameter, shapes: Sequence[tuple[int, ...]]
    ) -> Plan | None:
        """Set a layer up unless it is, let it reshape its tops, and tell what it makes.

        None for a layer whose code is not there, but whose shapes fillerkit knows.
        """
        with caffe_is_ours():
            return self._plan(index, message, shapes)

    def _plan(
        self, index: int, message: LayerParameter, shapes: Sequence[tuple[int, ...]]
    ) -> Plan | None:
        layer = self.layers[index] if index in self.layers else _made(message)
        if layer is None:
            return None
        bottoms = [self.tops.get(name) or Blob() for name in message.bottom]
        for blob, shape in zip(bottoms, shapes, strict=True):
            if tuple(blob.shape) != shape:
                blob.reshape(*shape)
        places = dict(zip(message.bottom, bottoms, strict=True))
        for name in message.top:
            self.tops.setdefault(name, places.get(name) or Blob())
        tops = [self.tops[name] for name in message.top]
        try:
            if index not in self.layers:
                self.layers[index] = layer
                layer.setup(bottoms, tops)
            if getattr(type(layer), "reshape", None) is Layer.reshape:
                raise AttributeError("the class has no reshape, which gives its tops their shapes")
            layer.reshape(bottoms, tops)
        except Exception as error:
            error.add_note(
                f"in the set-up of layer '{message.name}' (Python), {_class_of(message)}"
            )
            raise
        params = [Param("", tuple(blob.shape)) for blob in layer.blobs]
        return Plan([tuple(top.shape) for top in tops], params)


def _made(message: LayerParameter) -> Layer | None:
    """An instance of the class that a layer names; None where only its shapes are known."""
    p = message.python_param
    if not p.module or not p.layer:
        raise LayerError("needs python_param { module layer }")
    try:
        module = import_module(p.module)
    except ImportError as error:
        known = layer_types.get(PYTHON)
        if known is not None and known.code is not None and known.code(message):
            return None
        error.add_note(
            f"layer '{message.name}' is the Python class {_class_of(message)}: its module is "
            "looked for where Python looks, sys.path and PYTHONPATH"
        )
        raise
    kind = getattr(module, p.layer, None)
    if kind is None:
        raise AttributeError(
            f"layer '{message.name}': module {p.module} ({module.__file__}) has no class "
            f"'{p.layer}'{did_you_mean(p.layer, dir(module))}"
        )
    layer: Any = kind(message)
    layer.param_str = layer.param_str_ = p.param_str  # the second is its name of before 2015
    layer.phase = Phase(message.phase)
    return layer  # type: ignore[no-any-return]


def _class_of(message: LayerParameter) -> str:
    return f"{message.python_param.module}.{message.python_param.layer}"
