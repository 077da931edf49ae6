"""BatchReduction: the segments of a video as one."""

from __future__ import annotations

from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.reduction import no_topk, reduced
from fillerkit.running.registry import runs


def _of_levels(layer: Layer) -> str:
    p = layer.message.batch_reduction_param
    if list(p.level) not in ([], [1]) or p.pos:
        return "its level or pos"
    return no_topk(p.reduction_param)


@runs("BatchReduction", refuse=_of_levels)
def batch_reduction(layer: LayerModule, x: Tensor) -> Tensor:
    """The sum, mean or the like of one axis, which goes away (TSN)."""
    p = layer.message.batch_reduction_param.reduction_param
    return reduced(x.movedim(p.axis, -1), p)
