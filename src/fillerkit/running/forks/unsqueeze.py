"""Unsqueeze: an axis of length 1 more."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Unsqueeze")
def unsqueeze(layer: LayerModule, x: Tensor) -> Tensor:
    """Puts an axis of length 1 before axis dim; -1 is behind the last (brocolli-caffe)."""
    return x.unsqueeze(layer.message.unsqueeze_param.dim)
