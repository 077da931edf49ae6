"""SPP: spatial pyramid pooling."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Shape
from fillerkit.layers.pooling import pooled
from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.pooling import Windows, pooled_max, pooled_mean
from fillerkit.running.registry import runs
from fillerkit.schema.forks_pb2 import SPPParameter


def _drawn(layer: Layer) -> str:
    # Its pooling layers are padded, which Caffe refuses for STOCHASTIC.
    return "its pool STOCHASTIC" if layer.message.spp_param.pool == SPPParameter.STOCHASTIC else ""


def _windows(layer: LayerModule, shape: Shape) -> list[tuple[Windows, ...]]:
    """For each level."""
    found, lengths = [], shape[2:]
    for level in range(layer.message.spp_param.pyramid_height):
        bins = 2**level
        kernel = [-(-length // bins) for length in lengths]
        pad = [(k * bins - n + 1) // 2 for k, n in zip(kernel, lengths, strict=True)]
        tops = pooled(lengths, kernel, kernel, pad)
        axes = zip(lengths, kernel, kernel, pad, tops, strict=True)
        found.append(tuple(Windows(*axis) for axis in axes))
    return found


@runs("SPP", refuse=_drawn, plan=_windows)
def spp(layer: LayerModule, x: Tensor) -> Tensor:
    """Pools into 1, 2 x 2, 4 x 4, ... bins and lays them end to end.

    A bin is ceil(length / bins) long, with half of what is too much as a pad. One level alone is
    pooled and not flattened.
    """
    pool = pooled_max if layer.message.spp_param.pool == SPPParameter.MAX else pooled_mean
    found = [pool(x, windows) for windows in layer.planned(shape_of(x))]
    if len(found) == 1:
        return found[0]
    return torch.cat([level.flatten(1) for level in found], 1)
