"""BN: batch normalisation with its own scale and shift, in the forks that had it before Caffe."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Setting, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


@layer(
    "BN",
    tops=(1, 3),
    setting=True,
    blobs=("weight", "bias", "mean", "variance"),
    statistics=("mean", "variance"),
    normalises=True,
)
def bn(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Normalises, scales and shifts (SegNet, PSPNet, TSN).

    One name, three layouts. SegNet's and ENet's has two blobs, scale and shift, 1 x C x 1 x 1. The
    others have slope, bias, mean and variance, PSPNet's 1 x C x 1 x 1, TSN's 1 x C; their variance
    starts at 1 when frozen, else at 0. SegNet's may have two more tops, for the batch's mean and
    variance.
    """
    p, shape = layer.bn_param, bottoms[0]
    if len(shape) < 2:
        raise LayerError(
            f"needs a bottom of 2 axes or more, axis 1 the channels, not {shown(shape)}"
        )
    dialect = setting.dialect_for(layer, "tsn", "pspnet", "segnet")
    blob = (1, shape[1]) if dialect == "tsn" else (1, shape[1], 1, 1)
    if dialect == "segnet":
        params = [Param("weight", blob, p.scale_filler), Param("bias", blob, p.shift_filler)]
    else:
        variance = FillerParameter(value=1 if p.frozen else 0)
        params = [
            Param("weight", blob, p.slope_filler),
            Param("bias", blob, p.bias_filler),
            Param("mean", blob, learned=False),
            Param("variance", blob, variance, learned=False),
        ]
    axes = "1 x C" if dialect == "tsn" else "1 x C x 1 x 1"
    note = (
        f"BN is read as {dialect}'s, with {len(params)} blobs of {axes} "
        "(another dialect can be named)"
    )
    tops = [shape, blob, blob] if dialect == "segnet" else [shape]
    return Plan(tops=tops, params=params, notes=[note])
