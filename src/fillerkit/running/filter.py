"""Filter: items of a batch let through by a selector."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs


@runs("Filter", untraced="values decide how many items its tops have")
def filter_(layer: LayerModule, *bottoms: Tensor) -> Tops:
    """The items for which the last bottom is not 0; none if it is 0 throughout."""
    *items, selector = bottoms
    chosen = selector.reshape(-1) != 0
    return [x[chosen] for x in items]
