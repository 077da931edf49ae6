"""Losses that have no parameters: bottoms in, one number out."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, equal_batch, legacy_shape, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("ContrastiveLoss", bottoms=3, loss=True, both_sides=True, whole={2: 2})
def contrastive_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Pulls like pairs together and unlike ones apart (Hadsell et al. 2006)."""
    equal_batch(bottoms)
    first, second, similar = (legacy_shape(shape) for shape in bottoms)
    if first[1] != second[1] or first[2:] != (1, 1) or second[2:] != (1, 1):
        raise LayerError(
            "its first two bottoms must be N x C alike: "
            f"bottom 0 is {shown(bottoms[0])}, bottom 1 is {shown(bottoms[1])}"
        )
    if similar[1:] != (1, 1, 1):
        raise LayerError(f"bottom 2 must be one number an item, not {shown(bottoms[2])}")
    return Plan(tops=[()])


@layer("EuclideanLoss", bottoms=2, loss=True, both_sides=True, whole={})
def euclidean_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Half the mean squared distance of its bottoms."""
    equal_batch(bottoms)
    first, second = bottoms[:2]
    if count(first[1:]) != count(second[1:]):
        raise LayerError(
            "its bottoms must have as many elements an item: "
            f"bottom 0 is {shown(first)}, bottom 1 is {shown(second)}"
        )
    return Plan(tops=[()])


@layer("HingeLoss", bottoms=2, loss=True)
def hinge_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """One against all, with a margin of 1."""
    equal_batch(bottoms)
    return Plan(tops=[()])


@layer("MultinomialLogisticLoss", bottoms=2, loss=True)
def multinomial_logistic_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cross entropy of probabilities in bottom 0."""
    equal_batch(bottoms)
    if legacy_shape(bottoms[1])[1:] != (1, 1, 1):
        raise LayerError(f"bottom 1 must be one label an item, not {shown(bottoms[1])}")
    return Plan(tops=[()])


@layer("SigmoidCrossEntropyLoss", bottoms=2, loss=True, whole={1: 2})
def sigmoid_cross_entropy_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cross entropy of the sigmoid of bottom 0."""
    equal_batch(bottoms)
    first, second = bottoms[:2]
    if count(first) != count(second):
        raise LayerError(
            "its bottoms must have as many elements each: "
            f"bottom 0 is {shown(first)}, bottom 1 is {shown(second)}"
        )
    return Plan(tops=[()])
