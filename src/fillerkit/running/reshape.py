"""Reshape: the same elements under other axes."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.reshape import reshape as plan_reshape
from fillerkit.running.layer_module import LayerModule, shapes_of
from fillerkit.running.registry import runs


@runs("Reshape")
def reshape(layer: LayerModule, x: Tensor) -> Tensor:
    """num_axes axes from axis on get the lengths of shape; 0 copies one, -1 is worked out."""
    return x.reshape(plan_reshape(layer.message, shapes_of([x])).tops[0])
