"""Flatten: some axes made one."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.flatten import flatten as plan_flatten
from fillerkit.running.layer_module import LayerModule, shapes_of
from fillerkit.running.registry import runs


@runs("Flatten")
def flatten(layer: LayerModule, x: Tensor) -> Tensor:
    """Makes the axes from axis to end_axis one."""
    return x.reshape(plan_flatten(layer.message, shapes_of([x])).tops[0])
