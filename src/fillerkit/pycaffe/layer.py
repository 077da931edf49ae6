"""Layers as a script sees them, and layers that are Python classes, which are imported and run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, Unpack

from fillerkit.build import Asked, build, read
from fillerkit.errors import FillerkitError, LayerError, raised
from fillerkit.layers.plan import Param, Setting
from fillerkit.layers.registry import layer_types
from fillerkit.net import Net
from fillerkit.prototxt import NetText
from fillerkit.pycaffe.blob import Blob, BlobVec
from fillerkit.pycaffe.wiring import wire
from fillerkit.schema.forks_pb2 import LayerParameter

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

    def setup(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Nothing is left to do once the net is there; a Python layer's own begins with it."""

    def reshape(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Nothing is left to do once the net is there; a Python layer gives its tops shapes."""


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

    def plan(self, text: NetText, setting: Setting) -> Net:
        """Build a net; layers that are Python classes say their shapes themselves."""
        shapes, params = dict(setting.shapes), dict(setting.params)
        for index, (message, _) in enumerate(text.layers):
            if message.type == PYTHON:
                before = _part(text, setting, shapes, params, index)
                if self._ask(index, message, before):
                    for name in message.top:
                        shapes[name] = tuple(self.tops[name].shape)
                    blobs = self.layers[index].blobs
                    params[message.name] = [Param("", tuple(blob.shape)) for blob in blobs]
        return build(text, _said(setting, shapes, params))

    def _ask(self, index: int, message: LayerParameter, before: Net) -> bool:
        """Set a layer up unless it is, and let it reshape its tops; or leave it to its rules."""
        first = index not in self.layers
        if first:
            made = _made(message)
            if made is None:
                return False
            self.layers[index] = made
        layer = self.layers[index]
        wired = wire(before)
        known = {name: wired.shapes[number] for number, name in enumerate(wired.names)}
        for name in message.bottom:
            if name not in known:
                raise LayerError(
                    f"layer '{message.name}' (Python): no layer before it makes its bottom '{name}'"
                )
        bottoms = [self.tops.get(name) or Blob(known[name]) for name in message.bottom]
        for blob, name in zip(bottoms, message.bottom, strict=True):
            if tuple(blob.shape) != known[name]:
                blob.reshape(*known[name])
        places = dict(zip(message.bottom, bottoms, strict=True))
        for name in message.top:
            self.tops.setdefault(name, places.get(name) or Blob())
        tops = [self.tops[name] for name in message.top]
        if first:
            layer.setup(bottoms, tops)
        layer.reshape(bottoms, tops)
        return True


def load_net_running_layers(path_or_text: str | os.PathLike[str], **asked: Unpack[Asked]) -> Net:
    """What `fillerkit.load_net` reads, its Python layers asked for shapes and blobs themselves.

    This imports the modules that the prototxt names, from the working directory or where Python
    looks, and runs their classes' ``setup`` and ``reshape``.

    Raises
    ------
    LayerError
        A module cannot be imported, or its class fails.
    """
    from fillerkit.pycaffe.runner import CaffeFinder

    text, setting = read(path_or_text, raised, **asked)
    finder = CaffeFinder()
    sys.meta_path.insert(0, finder)
    sys.path.insert(0, "")
    try:
        return PythonLayers().plan(text, setting)
    except FillerkitError:
        raise
    except Exception as error:
        why = "; ".join([str(error), *getattr(error, "__notes__", ())])
        raise LayerError(f"a Python layer failed: {type(error).__name__}: {why}") from error
    finally:
        sys.meta_path.remove(finder)
        sys.path.remove("")


def _part(
    text: NetText,
    setting: Setting,
    shapes: dict[str, tuple[int, ...]],
    params: dict[str, Sequence[Param]],
    count: int,
) -> Net:
    """The net of the first `count` layers."""
    layers = text.layers[:count]
    tops = {name for message, _ in layers for name in message.top}
    names = {message.name for message, _ in layers}
    said = _said(
        setting,
        {name: shape for name, shape in shapes.items() if name in tops},
        {name: blobs for name, blobs in params.items() if name in names},
    )
    return build(text._replace(layers=layers), said)


def _said(setting: Setting, shapes: Any, params: Any) -> Setting:
    return replace(setting, shapes=shapes, params=params)


def _made(message: LayerParameter) -> Layer | None:
    """An instance of the class that a layer names; None where only its shapes are known."""
    p = message.python_param
    try:
        module = import_module(p.module)
    except ImportError as error:
        known = layer_types.get(PYTHON)
        if known is not None and known.code is not None and known.code(message):
            return None
        error.add_note(
            f"layer '{message.name}' is the Python class {p.module}.{p.layer}: its module is "
            "looked for where Python looks, sys.path and PYTHONPATH"
        )
        raise
    layer: Any = getattr(module, p.layer)(message)
    layer.param_str = p.param_str
    layer.phase = message.phase
    return layer  # type: ignore[no-any-return]
