"""PReLU: a rectifier that learns its slope."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("PReLU")
def prelu(layer: LayerModule, x: Tensor) -> Tensor:
    """max(0, x) + slope min(0, x), with one slope a channel, or one for all."""
    return functional.prelu(x, layer.blob(0).reshape(-1))
