"""EltwiseAffine: a learned slope and bias."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


@layer("EltwiseAffine", blobs=("slope", "bias"))
def eltwise_affine(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """slope x + bias, one of each a channel or for all (happynear).

    They start at 1.0001 and 0.0001 where no filler is given.
    """
    p, shape = layer.eltwise_affine_param, bottoms[0]
    if len(shape) < 2:
        raise LayerError(
            f"needs a bottom of 2 axes or more, axis 1 the channels, not {shown(shape)}"
        )
    slope = p.slope_filler if p.HasField("slope_filler") else FillerParameter(value=1.0001)
    bias = p.bias_filler if p.HasField("bias_filler") else FillerParameter(value=0.0001)
    blob = () if p.channel_shared else (shape[1],)
    return Plan(tops=[shape], params=[Param("slope", blob, slope), Param("bias", blob, bias)])
