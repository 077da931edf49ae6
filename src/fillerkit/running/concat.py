"""Concat: bottoms laid end to end along one axis."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Concat")
def concat(layer: LayerModule, *bottoms: Tensor) -> Tensor:
    """Joins bottoms along axis, or along concat_dim, its old name."""
    p = layer.message.concat_param
    return torch.cat(bottoms, p.concat_dim if p.HasField("concat_dim") else p.axis)
