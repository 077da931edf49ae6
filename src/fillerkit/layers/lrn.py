"""LRN: local response normalisation."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("LRN")
def lrn(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Local response normalisation (Krizhevsky 2012)."""
    size = layer.lrn_param.local_size
    if size % 2 == 0:
        raise LayerError(
            f"local_size must be odd, to have a middle, not {size}", field="lrn_param.local_size"
        )
    return Plan(tops=[axes4(bottoms[0])])
