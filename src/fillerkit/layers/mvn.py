"""MVN: mean and variance normalisation."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("MVN", normalises=True)
def mvn(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Gives each item mean 0, and variance 1, over its axes.

    The top has four axes, whatever the bottom has: Caffe reads the bottom by accessors that fill
    up with ones, and gives the top what they say.
    """
    return Plan(tops=[legacy_shape(bottoms[0])])
