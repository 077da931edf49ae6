"""DummyData: blobs that fillers fill in the forward pass."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fillerkit.errors import UsageError
from fillerkit.fillers import Constant, Distribution, Gaussian, Uniform, distribution
from fillerkit.layers import Shape
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs
from fillerkit.schema.forks_pb2 import FillerParameter


def _fillers(layer: LayerModule, shape: Shape) -> list[tuple[str, Shape, str, Distribution]]:
    """Of each top its name and shape, and its filler's type and distribution."""
    said = layer.layer.message.dummy_data_param.data_filler
    fillers, tops = list(said) or [FillerParameter()], layer.layer.tops
    fillers = fillers * (len(tops) if len(fillers) == 1 else 1)
    return [
        (*top, filler.type, distribution(filler, top[1], np.float32))
        for top, filler in zip(tops, fillers, strict=True)
    ]


@runs("DummyData", plan=_fillers)
def dummy_data(layer: LayerModule) -> Tops:
    """Its tops, filled anew, but for those that are given as inputs.

    Draws are PyTorch's, not Caffe's. Fillers other than constants, uniform and gaussian ones are
    not filled here: all its tops have to be given.
    """
    return [_filled(*top) for top in layer.planned()]


def _filled(name: str, shape: Shape, filler: str, found: Distribution) -> Tensor:
    if isinstance(found, Constant):
        return torch.full(shape, found.value)
    if isinstance(found, Uniform):
        return torch.empty(shape).uniform_(found.low, found.high)
    if isinstance(found, Gaussian):
        return torch.empty(shape).normal_(found.mean, found.std)
    raise UsageError(f"DummyData's '{name}' is filled by {filler}: give it as an input")
