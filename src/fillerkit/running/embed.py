"""Embed: a table of vectors, looked up by number."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Embed")
def embed(layer: LayerModule, numbers: Tensor) -> Tensor:
    """The weight's row for each number, and a bias."""
    weight, *bias = layer.blobs()
    rows = functional.embedding(numbers.long(), weight)
    return rows + bias[0] if bias else rows
