"""MVN: mean and variance normalisation."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("MVN", normalises=True)
def mvn(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Gives each item mean 0, and variance 1, over its axes."""
    legacy_shape(bottoms[0])
    return Plan(tops=[bottoms[0]])
