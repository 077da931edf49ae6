"""SPP: spatial pyramid pooling."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.layers.pooling import pooled
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.pooling import Windows, pooled_max, pooled_mean
from fillerkit.running.registry import runs
from fillerkit.schema.forks_pb2 import SPPParameter


def _drawn(layer: Layer) -> str:
    # Its pooling layers are padded, which Caffe refuses for STOCHASTIC.
    return "its pool STOCHASTIC" if layer.message.spp_param.pool == SPPParameter.STOCHASTIC else ""


@runs("SPP", refuse=_drawn)
def spp(layer: LayerModule, x: Tensor) -> Tensor:
    """Pools into 1, 2 x 2, 4 x 4, ... bins and lays them end to end.

    A bin is ceil(length / bins) long, with half of what is too much as a pad. One level alone is
    pooled and not flattened.
    """
    p = layer.message.spp_param
    found = []
    for level in range(p.pyramid_height):
        bins = 2**level
        kernel = [-(-length // bins) for length in x.shape[2:]]
        pad = [(k * bins - n + 1) // 2 for k, n in zip(kernel, x.shape[2:], strict=True)]
        tops = pooled(x.shape[2:], kernel, kernel, pad)
        axes = zip(x.shape[2:], kernel, kernel, pad, tops, strict=True)
        windows = [Windows(*axis) for axis in axes]
        pool = pooled_max if p.pool == SPPParameter.MAX else pooled_mean
        found.append(pool(x, windows))
    if len(found) == 1:
        return found[0]
    return torch.cat([level.flatten(1) for level in found], 1)
