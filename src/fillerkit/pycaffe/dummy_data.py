"""DummyData: constants from the start, other values anew whenever the net runs."""

from __future__ import annotations

import numpy as np

import fillerkit as fk
from fillerkit.pycaffe.process import caffe
from fillerkit.pycaffe.proto.caffe_pb2 import FillerParameter, LayerParameter
from fillerkit.python_layers.blob import Blob, Memory


def set_up(message: LayerParameter, tops: list[Blob]) -> None:
    """Fill the tops that are constant."""
    for blob, filler in zip(tops, _fillers(message, len(tops)), strict=True):
        starts = fk.distribution(filler, tuple(blob.shape), np.float32)
        if isinstance(starts, fk.Constant):
            blob.data_memory = Memory(blob.count, starts.value)


def run(message: LayerParameter, tops: list[Blob]) -> None:
    """Fill the other tops, from the draws of the one engine."""
    for blob, filler in zip(tops, _fillers(message, len(tops)), strict=True):
        starts = fk.distribution(filler, tuple(blob.shape), np.float32)
        if not isinstance(starts, fk.Constant):
            caffe.stream.fill((message.name, 0), starts, blob.data.reshape(-1))


def _fillers(message: LayerParameter, count: int) -> list[FillerParameter]:
    """A filler for each top: a single one serves all tops, and without any they are zeros."""
    fillers = list(message.dummy_data_param.data_filler) or [FillerParameter()]
    return fillers * (count if len(fillers) == 1 else 1)
