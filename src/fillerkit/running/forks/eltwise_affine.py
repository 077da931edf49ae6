"""EltwiseAffine: a learned slope and bias."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.batch_norm import by_channel
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("EltwiseAffine")
def eltwise_affine(layer: LayerModule, x: Tensor) -> Tensor:
    """slope x + bias, one of each a channel or for all (happynear)."""
    slope, bias = layer.blobs()
    return x * by_channel(slope, x) + by_channel(bias, x)
