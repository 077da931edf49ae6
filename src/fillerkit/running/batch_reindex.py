"""BatchReindex: items of a batch chosen by number."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("BatchReindex")
def batch_reindex(layer: LayerModule, x: Tensor, numbers: Tensor) -> Tensor:
    """The items of bottom 0 that bottom 1 names, in its order."""
    return x[numbers.long()]
