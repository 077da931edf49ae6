"""Layers of the segmentation forks."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("SegAccuracy", bottoms=2)
def seg_accuracy(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Accuracy, recall and overlap of a segmentation (DeepLab)."""
    return Plan(tops=[(1, 1, 1, 3)])
