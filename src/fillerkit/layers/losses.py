"""Losses that have no parameters: two bottoms in, one number out."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, equal_batch, shown
from fillerkit.schema.caffe_pb2 import LayerParameter


@layer("SigmoidCrossEntropyLoss", bottoms=2, loss=True)
def sigmoid_cross_entropy_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cross entropy of the sigmoid of bottom 0 for the probabilities in bottom 1."""
    equal_batch(bottoms)
    first, second = bottoms
    if count(first) != count(second):
        raise LayerError(
            "its bottoms must have as many elements each: "
            f"bottom 0 is {shown(first)}, bottom 1 is {shown(second)}"
        )
    return Plan(tops=[()])


@layer("EuclideanLoss", bottoms=2, loss=True)
def euclidean_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Half the mean squared distance of its bottoms, axis 0 being the batch."""
    equal_batch(bottoms)
    first, second = bottoms
    if count(first[1:]) != count(second[1:]):
        raise LayerError(
            "its bottoms must have as many elements an item: "
            f"bottom 0 is {shown(first)}, bottom 1 is {shown(second)}"
        )
    return Plan(tops=[()])
