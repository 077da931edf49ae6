"""The parameters that a solver learns, and what becomes of their gradients before an update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fillerkit.pycaffe.net_state import NetState
from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.python_layers.blob import Blob, Floats


class Learned(NamedTuple):
    """A parameter blob, and what the solver's rates are multiplied with for it."""

    blob: Blob
    lr_mult: np.float32
    decay_mult: np.float32

    @property
    def data(self) -> Floats:
        """The values, flat, in the net's own memory."""
        return self.blob.data.reshape(-1)

    @property
    def diff(self) -> Floats:
        """The gradient, flat, in the net's own memory."""
        return self.blob.diff.reshape(-1)


def learned(state: NetState) -> list[Learned]:
    """The parameters of a net in Caffe's order; those that share their values are one."""
    return [
        Learned(blob, np.float32(param.lr_mult), np.float32(param.decay_mult))
        for layer, blobs in zip(state.net.layers, state.params, strict=True)
        for param, blob in zip(layer.params, blobs, strict=False)
        if param.owner is None
    ]


class Clipped(NamedTuple):
    """How far all gradients were scaled down: from which L2 norm, by what factor."""

    norm: np.float32
    factor: np.float32


def clip(params: Sequence[Learned], most: float) -> Clipped | None:
    """Scale all gradients down to the L2 norm `most`, if theirs together is larger."""
    if most < 0:
        return None
    norm = np.sqrt(sum((np.dot(each.diff, each.diff) for each in params), np.float32(0)))
    if not norm > most:
        return None
    factor = np.float32(most) / norm
    for each in params:
        each.blob.diff[...] *= factor
    return Clipped(norm, factor)


def normalise(diff: Floats, iter_size: int) -> None:
    """Make a mean of gradients that were added up over `iter_size` passes."""
    if iter_size != 1:
        diff *= np.float32(1) / np.float32(iter_size)


def regularise(param: Learned, diff: Floats, free: Floats, solver: SolverParameter) -> None:
    """Add the gradient of the weight decay: of the values' squares (L2) or their sizes (L1)."""
    decay = np.float32(solver.weight_decay) * param.decay_mult
    if not decay:
        return
    if solver.regularization_type == "L1":
        np.sign(param.data, out=free)
        free *= decay
    else:
        np.multiply(param.data, decay, out=free)
    diff += free
