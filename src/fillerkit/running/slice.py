"""Slice: one bottom cut into tops along one axis."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs


@runs("Slice")
def slice_(layer: LayerModule, x: Tensor) -> Tops:
    """Cuts its bottom at slice_points, or into equal parts."""
    p = layer.message.slice_param
    axis = p.slice_dim if p.HasField("slice_dim") else p.axis
    length, tops = x.shape[axis], len(layer.message.top)
    edges = [0, *p.slice_point, length]
    if not p.slice_point:
        if length % tops:
            raise ValueError(f"an axis of {length} cannot be cut into {tops} equal parts")
        return torch.split(x, length // tops, axis)
    return torch.split(x, [after - before for before, after in pairwise(edges)], axis)
