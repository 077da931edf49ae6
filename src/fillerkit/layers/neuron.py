"""Layers that change values one by one and keep the shape, without parameters to learn."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.caffe_pb2 import LayerParameter


@layer("ReLU")
def relu(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """max(0, x), or negative_slope * x below 0."""
    return Plan(tops=[bottoms[0]])


@layer("Sigmoid")
def sigmoid(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """1 / (1 + exp(-x))."""
    return Plan(tops=[bottoms[0]])


@layer("TanH")
def tanh(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The hyperbolic tangent."""
    return Plan(tops=[bottoms[0]])


@layer("Dropout")
def dropout(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Sets a share of the values to 0 while training; its draws are made in the forward pass."""
    return Plan(tops=[bottoms[0]])


@layer("Power")
def power(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """(shift + scale * x) ^ power."""
    return Plan(tops=[bottoms[0]])
