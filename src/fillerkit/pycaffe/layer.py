"""Layers as a script sees them, and layers that are Python classes, which are imported and run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import fillerkit as fk
from fillerkit.pycaffe.blob import Blob, BlobVec, shown
from fillerkit.pycaffe.finder import caffe_is_ours
from fillerkit.pycaffe.proto.caffe_pb2 import LayerParameter

PYTHON = "Python"


class Layer:
    """A layer of a net, and the base of those that are written in Python.

    A subclass that a net's ``python_param`` names has ``setup``, ``reshape``, ``forward`` and
    ``backward``; ``self.param_str`` and ``self.phase`` are there before its ``setup`` runs.
    """

    param_str: str = ""
    phase: int = 0

    def __init__(self, message: LayerParameter | None = None) -> None:
        self._blobs = BlobVec()
        self._type = PYTHON if message is None else message.type

    @property
    def type(self) -> str:
        """The type as a prototxt writes it."""
        return self._type

    @property
    def blobs(self) -> BlobVec:
        """The parameter blobs."""
        return self._blobs

    def __repr__(self) -> str:
        shapes = ", ".join(shown(blob.shape) for blob in self._blobs)
        return f"<{self._type} layer{shapes and f', blobs {shapes}'}>"

    def setup(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Nothing is left to do once the net is there; a Python layer's own begins with it."""

    def reshape(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Nothing is left to do once the net is there; a Python layer gives its tops shapes."""


class Phase(int):
    """A phase as Python layers see it: the number, and in words TRAIN or TEST.

    Caffe 1.0 has the number; py-faster-rcnn's Caffe has an enum, whose words its layers look up.
    """

    def __str__(self) -> str:
        return ("TRAIN", "TEST")[self]


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

    def plan(
        self, index: int, message: LayerParameter, shapes: Sequence[tuple[int, ...]]
    ) -> fk.Plan | None:
        """Set a layer up unless it is, let it reshape its tops, and tell what it makes.

        None for a layer whose code is not there, but whose shapes fillerkit knows.
        """
        with caffe_is_ours():
            return self._plan(index, message, shapes)

    def _plan(
        self, index: int, message: LayerParameter, shapes: Sequence[tuple[int, ...]]
    ) -> fk.Plan | None:
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
        params = [fk.Param("", tuple(blob.shape)) for blob in layer.blobs]
        return fk.Plan([tuple(top.shape) for top in tops], params)


def load_net_running_layers(path_or_text: str | os.PathLike[str], **asked: Any) -> fk.Net:
    """What `fillerkit.load_net` reads, its Python layers asked for shapes and blobs themselves.

    This imports the modules that the prototxt names, from the working directory or where Python
    looks, and runs their classes' ``setup`` and ``reshape``.

    Raises
    ------
    LayerError
        A module cannot be imported, or its class fails.
    """
    sys.path.insert(0, "")
    try:
        return fk.load_net(path_or_text, python_layers=PythonLayers().plan, **asked)
    except fk.FillerkitError:
        raise
    except Exception as error:
        why = "; ".join([str(error), *getattr(error, "__notes__", ())])
        raise fk.LayerError(f"a Python layer failed: {type(error).__name__}: {why}") from error
    finally:
        sys.path.remove("")


def _made(message: LayerParameter) -> Layer | None:
    """An instance of the class that a layer names; None where only its shapes are known."""
    p = message.python_param
    if not p.module or not p.layer:
        raise fk.LayerError("needs python_param { module layer }")
    try:
        module = import_module(p.module)
    except ImportError as error:
        known = fk.layer_types.get(PYTHON)
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
            f"'{p.layer}'{fk.did_you_mean(p.layer, dir(module))}"
        )
    layer: Any = kind(message)
    layer.param_str = layer.param_str_ = p.param_str  # the second is its name of before 2015
    layer.phase = Phase(message.phase)
    return layer  # type: ignore[no-any-return]


def _class_of(message: LayerParameter) -> str:
    return f"{message.python_param.module}.{message.python_param.layer}"
