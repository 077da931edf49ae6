"""Split and Silence: where a blob goes to several layers, or to none."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs


@runs("Split")
def split(layer: LayerModule, x: Tensor) -> Tops:
    """Gives its bottom to every top."""
    return [x] * len(layer.message.top)


@runs("Silence")
def silence(layer: LayerModule, *bottoms: Tensor) -> Tops:
    """Takes blobs that nothing else does."""
    return []
