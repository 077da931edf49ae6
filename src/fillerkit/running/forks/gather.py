"""Gather: batches of several processes put together."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs


@runs("Gather")
def gather(layer: LayerModule, *bottoms: Tensor) -> Tops:
    """Its bottoms: here is one process alone (TSN)."""
    return bottoms
