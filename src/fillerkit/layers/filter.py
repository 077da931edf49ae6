"""Filter: items of a batch let through by a selector."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Filter", bottoms=(2, None), tops=(1, None))
def filter_(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The items that the last bottom selects.

    How many they are is known in the forward pass only; until then a top has its bottom's shape.
    """
    *items, selector = bottoms
    if len(layer.top) != len(items):
        raise LayerError(
            f"needs a top for each bottom but the selector: {len(items)}, not {len(layer.top)}",
            field="top",
        )
    if not selector or any(length != 1 for length in selector[1:]):
        raise LayerError(
            f"its last bottom, the selector, must be N or N x 1 x ..., not {shown(selector)}"
        )
    for index, shape in enumerate(items):
        if shape[:1] != selector[:1]:
            raise LayerError(
                f"bottom {index}, {shown(shape)}, must have the {selector[0]} items of the selector"
            )
    return Plan(tops=items)
