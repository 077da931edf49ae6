"""Losses of the forks over classes and embeddings."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("FocalLoss", bottoms=2, tops=(1, 2), loss=True)
def focal_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Softmax loss that weighs down what is easy, and the softmax (py-RFCN-priv, happynear)."""
    return Plan(tops=[(), bottoms[0]])


@layer("TripletLoss", bottoms=(2, 3), loss=True)
def triplet_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Draws an anchor to its like and from its unlike by a margin (happynear).

    Bottoms: anchors, likes and unlikes; in other forks, features and labels.
    """
    return Plan(tops=[()])
