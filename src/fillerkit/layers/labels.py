"""The rule that ties a prediction to its labels: one label for each place but the class axis."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Shape
from fillerkit.layers.shapes import count, shown


def labels_match(axis: int, bottoms: Sequence[Shape]) -> None:
    """Bottom 1 must hold as many labels as bottom 0 has places outside its class axis."""
    prediction, labels = bottoms[:2]
    places = count(prediction[:axis]) * count(prediction[axis + 1 :])
    if places != count(labels):
        raise LayerError(
            f"predictions of {shown(prediction)} with classes on axis {axis} need {places} labels, "
            f"not {count(labels)} ({shown(labels)})"
        )
