"""LSTMUnit: one step of an LSTM, as the unrolled form of the LSTM layer uses it."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("LSTMUnit", bottoms=3, tops=2, activates=True, marks=2, fixed_batch=True)
def lstm_unit(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The cell and output of one step from the cell and the gates."""
    cell, gates, cont = bottoms
    if len(cell) != 3 or cell[0] != 1:
        raise LayerError(f"bottom 0, the cell, must be 1 x N x D, not {shown(cell)}")
    _, streams, size = cell
    if gates != (1, streams, 4 * size):
        raise LayerError(f"bottom 1, the gates, must be 1x{streams}x{4 * size}, not {shown(gates)}")
    if cont != (1, streams):
        raise LayerError(f"bottom 2, cont, must be 1x{streams}, not {shown(cont)}")
    return Plan(tops=[cell, cell])
