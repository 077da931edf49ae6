"""Im2dist and DistLoss: how far a place is from the places around it (aharley/segaware)."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.convolution import Window, convolved
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, equal_batch
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Im2dist", in_place=False)
def im2dist(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The distance from each place to those that a kernel covers (``im2dist_layer.cpp``)."""
    window, shape = Window(layer.convolution_param, bottoms[0]), bottoms[0]
    lengths = [convolved(*axis) for axis in window.axes()]
    return Plan(tops=[(*shape[: window.channel_axis], count(window.kernel), *lengths)])


@layer("DistLoss", bottoms=2, loss=True)
def dist_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Draws places of one label near and others apart (``dist_loss_layer.cpp``)."""
    equal_batch(bottoms)
    return Plan(tops=[()])
