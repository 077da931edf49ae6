"""APL: a nonlinearity that learns, of hinges."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, positive, shown
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


@layer("APL", blobs=("slope", "offset"), weights=(), activates=True)
def apl(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A ReLU and, for each place of an item, `sums` hinges with a slope and an offset of their own.

    Slopes start uniform between -0.5 / sums and 0.5 / sums, offsets gaussian with std 0.5, unless
    the prototxt says otherwise (Agostinelli et al. 2015). Source: ``apl_layer.cpp``.
    """
    p, shape = layer.apl_param, bottoms[0]
    if len(shape) < 2:
        raise LayerError(f"needs a bottom of 2 axes or more, not {shown(shape)}")
    sums = positive(p.sums, "apl_param.sums")
    blob = (1, 1, sums, count(shape[1:]))
    slope = FillerParameter(type="uniform", min=-0.5 / sums, max=0.5 / sums)
    offset = FillerParameter(type="gaussian", std=0.5)
    params = [
        Param("slope", blob, p.slope_filler if p.HasField("slope_filler") else slope),
        Param("offset", blob, p.offset_filler if p.HasField("offset_filler") else offset),
    ]
    return Plan(tops=[shape], params=params)
