"""Split and Silence: where a blob goes to several layers, or to none."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Split", tops=(1, None), in_place=False, moves=True)
def split(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Gives its bottom to every top.

    Caffe inserts these itself, so few files hold one.
    """
    return Plan(tops=[bottoms[0]] * len(layer.top))


@layer("Silence", bottoms=(1, None), tops=0, reads_out=True)
def silence(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Takes blobs that nothing else does.

    They would be the net's outputs otherwise.
    """
    return Plan(tops=[])
