"""Flatten: some axes made one."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Flatten")
def flatten(layer: LayerModule, x: Tensor) -> Tensor:
    """Makes the axes from axis to end_axis one."""
    p = layer.message.flatten_param
    return x.flatten(p.axis, p.end_axis)
