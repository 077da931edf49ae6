"""PReLU: a rectifier that learns its slope."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


@layer("PReLU", blobs=("slope",), activates=True, rectifies=True)
def prelu(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A ReLU that learns its slope (He et al. 2015).

    max(0, x) + slope min(0, x), with one slope a channel, or one for all.

    The slopes start at 0.25 where no filler is given. Caffe reads the channels by an accessor
    for blobs of up to 4 axes, which bounds the bottom.
    """
    p = layer.prelu_param
    shape = bottoms[0]
    if not 2 <= len(shape) <= 4:
        raise LayerError(f"needs a bottom of 2 to 4 axes, axis 1 the channels, not {shown(shape)}")
    filler = p.filler if p.HasField("filler") else FillerParameter(type="constant", value=0.25)
    slopes = () if p.channel_shared else (shape[1],)
    return Plan(tops=[shape], params=[Param("slope", slopes, filler)])
