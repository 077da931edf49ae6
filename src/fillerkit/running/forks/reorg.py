"""Reorg: squares of pixels moved into channels, or back."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.forks.reorg import reorg as plan_reorg
from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.registry import runs


def _uneven(layer: Layer) -> str:
    p, (_, shape) = layer.message.reorg_param, layer.tops[0]
    squares = p.stride**2
    channels = shape[1] if p.reverse else shape[1] // squares
    return (
        "" if p.reverse or channels % squares == 0 else "channels that its stride does not divide"
    )


@runs("Reorg", refuse=_uneven)
def reorg(layer: LayerModule, x: Tensor) -> Tensor:
    """YOLOv2's, as Darknet has it: the numbers are those of an enlarging read the other way round.

    So its top is not what a plain move of squares into channels makes.
    """
    p = layer.message.reorg_param
    num, channels, height, width = shape_of(x)
    step, fewer = p.stride, channels // p.stride**2
    top = plan_reorg(layer.message, [shape_of(x)]).tops[0]
    if p.reverse:
        moved = x.reshape(num, step, step, fewer, height, width).permute(0, 3, 4, 1, 5, 2)
    else:
        moved = x.reshape(num, fewer, height, step, width, step).permute(0, 3, 5, 1, 2, 4)
    return moved.reshape(top)
