"""BatchNorm: running statistics that are gathered, not learned."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter

BLOBS = ("mean", "variance", "scale_factor")
"""Sums over batches, and the factor to divide them by."""


@layer("BatchNorm", blobs=BLOBS, normalises=True)
def batch_norm(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Normalises channels (Ioffe & Szegedy 2015).

    Its three blobs (mean and variance by channel, and the factor both are to be divided by) are 0
    at the start and move with the data, so a lr_mult other than 0 on them is refused.
    """
    for index, param in enumerate(layer.param):
        if param.lr_mult != 0:
            raise LayerError(
                f"its blobs are statistics, not learned: param {index} needs lr_mult: 0, "
                f"not {param.lr_mult:g}",
                field="param",
            )
    shape = bottoms[0]
    if len(shape) < 2:
        raise LayerError(
            f"needs a bottom of 2 axes or more, axis 1 the channels, not {shown(shape)}"
        )
    shapes = ((shape[1],), (shape[1],), (1,))
    return Plan(
        tops=[shape],
        params=[
            Param(name, shape, learned=False) for name, shape in zip(BLOBS, shapes, strict=True)
        ],
    )
