"""Reshape: the same elements under other axes."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Reshape")
def reshape(layer: LayerModule, x: Tensor) -> Tensor:
    """num_axes axes from axis on get the lengths of shape; 0 copies one, -1 is worked out."""
    p = layer.message.reshape_param
    start = p.axis if p.axis >= 0 else x.ndim + p.axis + 1
    end = x.ndim if p.num_axes == -1 else start + p.num_axes
    new = [length or x.shape[start + at] for at, length in enumerate(p.shape.dim)]
    return x.reshape(*x.shape[:start], *new, *x.shape[end:])
