"""Tile: copies laid end to end."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Tile")
def tile(layer: LayerModule, x: Tensor) -> Tensor:
    """Copies of its bottom along one axis."""
    p = layer.message.tile_param
    copies = [1] * x.ndim
    copies[p.axis] = p.tiles
    return x.repeat(copies)
