"""SPP: spatial pyramid pooling."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.pooling import pooled
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("SPP", passes=True)
def spp(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Pools into 1, 2 x 2, 4 x 4, ... bins (He et al. 2014)."""
    levels = positive(layer.spp_param.pyramid_height, "spp_param.pyramid_height")
    num, channels, *lengths = axes4(bottoms[0])
    bins: list[int] = []
    for level in range(levels):
        kernel = [-(-positive(length, "the bottom") // 2**level) for length in lengths]
        pad = [(k * 2**level - length + 1) // 2 for k, length in zip(kernel, lengths, strict=True)]
        if any(p >= k for p, k in zip(pad, kernel, strict=True)):
            raise LayerError(
                f"pyramid_height {levels} asks for {2**level} bins a side, "
                f"more than its bottom, {shown(bottoms[0])}, can fill",
                field="spp_param.pyramid_height",
            )
        height, width = pooled(lengths, kernel, kernel, pad)
        bins.append(height * width)
    if levels == 1:  # Caffe then pools and does not flatten
        return Plan(tops=[(num, channels, height, width)])
    return Plan(tops=[(num, channels * sum(bins))])
