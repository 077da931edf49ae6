"""Layers for sequences: time steps x streams x ...."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("ContinuationIndicator", bottoms=0, fixed_batch=True)
def continuation_indicator(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """0 at the first time step, 1 after: the cont of an LSTM (crnn.caffe, intel, CC4.0)."""
    p, message = layer.continuation_indicator_param, "continuation_indicator_param"
    steps = positive(p.time_step, f"{message}.time_step")
    return Plan(tops=[(steps, positive(p.batch_size, f"{message}.batch_size"))])


@layer("Reverse", in_place=False, moves=True)
def reverse(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Its bottom from back to front along one axis (CC4.0, caffe_ocr, ChWick)."""
    canonical_axis(layer.reverse_param.axis, bottoms[0], "reverse_param.axis")
    return Plan(tops=[bottoms[0]])


@layer("ReverseTime", bottoms=2, in_place=False, fixed_batch=True)
def reverse_time(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Each stream from back to front, over the length that bottom 1 says (ChWick)."""
    sequences, lengths = bottoms
    if len(sequences) < 2 or lengths != sequences[1:2]:
        raise LayerError(
            "bottom 1 must be one length for each stream, axis 1 of bottom 0: "
            f"bottom 0 is {shown(sequences)}, bottom 1 is {shown(lengths)}"
        )
    return Plan(tops=[sequences])
