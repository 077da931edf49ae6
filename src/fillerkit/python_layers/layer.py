"""A layer as a script sees it: the base of layers that are Python classes."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.printable import printable
from fillerkit.python_layers.blob import Blob, BlobVec, shown
from fillerkit.schema.forks_pb2 import LayerParameter

PYTHON = "Python"


class Layer:
    """A layer of a net, and the base of those that are written in Python.

    A subclass that a net's ``python_param`` names has ``setup``, ``reshape``, ``forward`` and
    ``backward``; ``self.param_str`` and ``self.phase`` are there before its ``setup`` runs.
    """

    param_str: str = ""
    phase: int = 0

    def __init__(self, message: LayerParameter | None = None, blobs: BlobVec | None = None) -> None:
        self._blobs = BlobVec() if blobs is None else blobs
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
        return f"<{printable(self._type)} layer{shapes and f', blobs {shapes}'}>"

    def setup(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Nothing: a layer of a net is set up. A Python layer does its own set-up here."""

    def reshape(self, bottom: Sequence[Blob], top: Sequence[Blob]) -> None:
        """Nothing: a layer of a net has its shapes. A Python layer gives its tops shapes here."""


class Phase(int):
    """A phase as Python layers see it: the number, and in words TRAIN or TEST.

    Caffe 1.0 has the number; py-faster-rcnn's Caffe has an enum, whose words its layers look up.
    """

    def __str__(self) -> str:
        return ("TRAIN", "TEST")[self]
