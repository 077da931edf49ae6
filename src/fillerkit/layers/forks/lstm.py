"""Lstm: the LSTM of the forks that had one before Caffe."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, positive, shown
from fillerkit.layers.traits import rows
from fillerkit.schema.forks_pb2 import LayerParameter


@layer(
    "Lstm",
    bottoms=(1, 2),
    blobs=("weight_x", "weight_h", "bias"),
    weights=("weight_x", "weight_h"),
    sums=rows,
    activates=True,
    fixed_batch=True,
)
def lstm(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Long short-term memory in one layer, not unrolled (caffe-lstm, caffe_ocr).

    The weights are of the four gates at once: of x, of h, and the bias. A bottom of 3 axes is
    caffe_ocr's, T x N x C, as long as no batch_size is given; with one, and for any other number
    of axes, it is caffe-lstm's, whose axis 0 has the time steps of all streams.
    """
    p, shape = layer.lstm_param, bottoms[0]
    size = positive(p.num_output, "lstm_param.num_output")
    if len(shape) < 2:
        raise LayerError(f"needs a bottom of 2 axes or more, axis 0 the time, not {shown(shape)}")
    ocr = len(shape) == 3 and not p.HasField("batch_size")
    inputs = shape[2] if ocr else count(shape[1:])
    if not ocr and shape[0] % positive(p.batch_size, "lstm_param.batch_size"):
        raise LayerError(
            f"batch_size {p.batch_size} does not divide axis 0 of its bottom, {shown(shape)}",
            field="lstm_param.batch_size",
        )
    params = [
        Param("weight_x", (4 * size, inputs), p.weight_filler),
        Param("weight_h", (4 * size, size), p.weight_filler),
        Param("bias", (4 * size,), p.bias_filler),
    ]
    return Plan(tops=[(*shape[:2], size) if ocr else (shape[0], size)], params=params)
