"""Parameter: a learned blob as a top."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Parameter", bottoms=0, blobs=("parameter",), fixed_batch=True)
def parameter(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A learned blob of any shape; no filler fills it."""
    shape = tuple(layer.parameter_param.shape.dim)
    return Plan(tops=[shape], params=[Param("parameter", shape)])
