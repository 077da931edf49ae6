"""Im2col: a convolution's windows laid out as columns."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import Window, convolved
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Im2col")
def im2col(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Every window's values, as channels x kernel channels."""
    window, shape = Window(layer.convolution_param, bottoms[0]), bottoms[0]
    if not window.spatial:
        raise LayerError(
            f"needs a bottom with an axis or more after axis {window.channel_axis}, the channels, "
            f"not {shown(shape)}"
        )
    lengths = [convolved(*axis) for axis in window.axes()]
    channels = window.channels * count(window.kernel)
    return Plan(tops=[(*shape[: window.channel_axis], channels, *lengths)])
