"""Layers that move, mix or scale channels."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


@layer("ShuffleChannel", moves=True)
def shuffle_channel(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Mixes the channels of groups (ShuffleNet)."""
    return Plan(tops=[bottoms[0]])


@layer("Axpy", bottoms=3)
def axpy(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """a x + y with one a for each channel (SENet)."""
    scale, x, y = bottoms
    if x != y or scale[:2] != x[:2]:
        raise LayerError(
            f"bottoms 1 and 2 must be alike and bottom 0 have their channels: "
            f"{shown(scale)}, {shown(x)}, {shown(y)}"
        )
    return Plan(tops=[x])


@layer("ChannelScale", bottoms=2, tops=(1, 2), blobs=("scale",))
def channel_scale(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Multiplies all channels of a place with one number (happynear).

    With global_scale everything, with a mean of those numbers that it keeps, its second top.
    """
    p = layer.channel_scale_param
    if not p.global_scale:
        return Plan(tops=[bottoms[0]])
    start = FillerParameter(value=p.init_global_scale)
    return Plan(tops=[bottoms[0], (1,)], params=[Param("scale", (1,), start, learned=False)])
