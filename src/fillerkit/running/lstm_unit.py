"""LSTMUnit: one step of an LSTM."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs


@runs("LSTMUnit")
def lstm_unit(layer: LayerModule, cell: Tensor, gates: Tensor, cont: Tensor) -> Tops:
    """The cell and output of one step from the cell and the gates, in the order i, f, o, g.

    No gradient goes to cont.
    """
    return lstm_step(cell, gates, cont.detach()[..., None])


def lstm_step(cell: Tensor, gates: Tensor, cont: Tensor) -> tuple[Tensor, Tensor]:
    """C = cont sigmoid(f) c + sigmoid(i) tanh(g), and h = sigmoid(o) tanh(c)."""
    take, keep, give, new = gates.chunk(4, dim=-1)
    cell = cont * torch.sigmoid(keep) * cell + torch.sigmoid(take) * torch.tanh(new)
    return cell, torch.sigmoid(give) * torch.tanh(cell)
