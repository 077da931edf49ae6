"""SpatialTransformer: an image through a transform that the net works out."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("SpatialTransformer", bottoms=2)
def spatial_transformer(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Bottom 0 through the affine transforms in bottom 1 (daerduoCarey's layer, CC4.0)."""
    p = layer.st_param
    num, channels, height, width = axes4(bottoms[0])
    if bottoms[1][:1] != (num,):
        raise LayerError(
            "needs a transform for each image: "
            f"bottom 0 is {shown(bottoms[0])}, bottom 1 is {shown(bottoms[1])}"
        )
    if p.HasField("output_H"):
        height = positive(p.output_H, "st_param.output_H")
    if p.HasField("output_W"):
        width = positive(p.output_W, "st_param.output_W")
    return Plan(tops=[(num, channels, height, width)])
