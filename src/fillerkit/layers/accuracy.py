"""Accuracy: the share of predictions that are right."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.labels import labels_match
from fillerkit.layers.plan import Plan, Setting, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, count
from fillerkit.layers.traits import classes
from fillerkit.schema.forks_pb2 import LayerParameter


def _classes(layer: LayerParameter, bottoms: Sequence[Shape]) -> int:
    return classes(layer.accuracy_param.axis, bottoms)


@layer("Accuracy", bottoms=2, tops=(1, 2), setting=True, reads_out=True, whole={1: _classes})
def accuracy(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """The share of labels among the top_k predictions.

    A second top is the share for each class, in SegNet's Caffe with 4 axes.
    """
    p, (prediction, labels) = layer.accuracy_param, bottoms
    classes = count(prediction) // count(labels) if count(labels) else 0
    if p.top_k > classes:
        raise LayerError(
            f"top_k is {p.top_k}, but there are {classes} predictions for a label",
            field="accuracy_param.top_k",
        )
    axis = canonical_axis(p.axis, prediction, "accuracy_param.axis")
    labels_match(axis, bottoms)
    classes = prediction[axis]
    return Plan(tops=[(), (classes, 1, 1, 1) if setting.dialect == "segnet" else (classes,)])
