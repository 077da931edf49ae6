"""BatchReindex: items of a batch chosen by number."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("BatchReindex", bottoms=2, fixed_batch=True)
def batch_reindex(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The items of bottom 0 that bottom 1 names, in its order."""
    data, numbers = bottoms
    if len(numbers) != 1:
        raise LayerError(f"bottom 1, the item numbers, must have one axis, not {shown(numbers)}")
    canonical_axis(0, data, "the batch")
    return Plan(tops=[(*numbers, *data[1:])])
