"""Recurrent layers that go over the rows or columns of maps (Liusifei/caffe-lowlevel)."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter

_BLOBS = ("input_weight", "weight", "bias")


@layer("GateLstm", bottoms=2, blobs=_BLOBS, weights=_BLOBS[:2], activates=True)
def gate_lstm(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """An LSTM along rows or columns, held back by the gates in bottom 1.

    The bias is 1 x 2 x 3 num_output x 1. Source: ``gatelstm_layer.cpp``.
    """
    p = layer.gatelstm_param
    outputs = positive(p.num_output, "gatelstm_param.num_output")
    top = _gated(bottoms, outputs)
    params = [
        Param("input_weight", (1, 1, 3 * outputs, bottoms[0][1]), p.weight_filler),
        Param("weight", (1, 1, 3 * outputs, outputs), p.weight_filler),
    ]
    if p.bias_term:
        params.append(Param("bias", (1, 2, 3 * outputs, 1), p.bias_filler))
    return Plan(tops=[top], params=params)


@layer("GateRecurrent", bottoms=(1, 2), blobs=_BLOBS, weights=_BLOBS[:1], activates=True)
def gate_recurrent(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A recurrent filter along rows or columns, held back by the gates in bottom 1.

    The fork fills the recurrent weight by weight_filler, then again by bias_filler, and its bias
    by nothing. All three blobs are there whatever use_wx, use_wh and use_bias say. Source:
    ``gaterecurrent_layer.cpp``.
    """
    p = layer.gaterecurrent_param
    outputs = positive(p.num_output, "gaterecurrent_param.num_output")
    top = _gated(bottoms, outputs)
    channels = bottoms[0][1]
    if not p.use_wx and channels != outputs:
        raise LayerError(
            f"without use_wx it needs as many channels as num_output, {outputs}, not {channels}",
            field="gaterecurrent_param.use_wx",
        )
    if p.bias_filler.type != "constant":
        raise LayerError(
            "fills its recurrent weight twice, the second time by bias_filler: only constant is "
            "done here",
            field="gaterecurrent_param.bias_filler",
        )
    square = (1, 1, outputs, outputs)
    return Plan(
        tops=[top],
        params=[
            Param("input_weight", (1, 1, channels, outputs), p.weight_filler),
            Param("weight", square, p.bias_filler),
            Param("bias", (1, 1, 1, outputs)),
        ],
        # A constant takes no draws, so these may follow it.
        forgotten=[Param("weight", square, p.weight_filler)],
        notes=["GateRecurrent: bias_filler fills the recurrent weight, as in its fork's code"],
    )


@layer("SpatialRecurrent", bottoms=(1, 2), blobs=("weight", "bias"), activates=True)
def spatial_recurrent(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A recurrent filter of as many outputs as channels (``spatialrecurrent_layer.cpp``).

    num_output is not looked at.
    """
    p, channels = layer.spatialrecurrent_param, axes4(bottoms[0])[1]
    params = [Param("weight", (1, 1, channels, channels), p.weight_filler)]
    if p.bias_term:
        params.append(Param("bias", (1, 1, 1, channels), p.bias_filler))
    return Plan(tops=[_gated(bottoms, channels)], params=params)


def _gated(bottoms: Sequence[Shape], outputs: int) -> Shape:
    """The top's shape; the gates, if there are any, have it too."""
    num, _, height, width = axes4(bottoms[0])
    top = (num, outputs, height, width)
    if bottoms[1:] and bottoms[1] != top:
        raise LayerError(f"bottom 1, the gates, must be {shown(top)}, not {shown(bottoms[1])}")
    return top
