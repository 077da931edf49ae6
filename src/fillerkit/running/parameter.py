"""Parameter: a learned blob as a top."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Parameter")
def parameter(layer: LayerModule) -> Tensor:
    """The blob itself."""
    return layer.blob(0)
