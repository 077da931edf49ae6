"""What each type of solver makes of a gradient: Caffe's formulas, in place, on whole blobs.

An update is subtracted from the values. As in Caffe it takes the gradient's place, where a script
can see it. PyTorch's optimizers of the same formulas keep it to themselves, so that none is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.python_layers.blob import Floats

_float = np.float32


class Work(NamedTuple):
    """One blob's part of an update; all arrays are float32, flat, and of one length.

    Attributes
    ----------
    diff : ndarray
        The gradient; the update when the rule is done.
    history : sequence of ndarray
        What the rule keeps from update to update; zeros at first.
    free : ndarray
        Memory to work in.
    rate : float32
        The learning rate, with the blob's ``lr_mult``.
    param : SolverParameter
    iteration : int
        How many updates have been made.
    """

    diff: Floats
    history: Sequence[Floats]
    free: Floats
    rate: np.float32
    param: SolverParameter
    iteration: int


class Rule(NamedTuple):
    """A type of solver: how many histories it keeps of a blob, and what it does with them."""

    histories: int
    update: Callable[[Work], None]


def _sgd(work: Work) -> None:
    """h = momentum h + rate g; the update is h.

    ``torch.optim.SGD`` multiplies with the rate behind the momentum, so that a rate that falls
    holds for the old gradients too.
    """
    diff, (history,) = work.diff, work.history
    history *= _float(work.param.momentum)
    diff *= work.rate
    history += diff
    diff[...] = history


def _nesterov(work: Work) -> None:
    """h' = momentum h + rate g; the update is (1 + momentum) h' - momentum h.

    ``torch.optim.SGD(nesterov=True)`` multiplies with the rate last, as for SGD.
    """
    diff, (history,), free = work.diff, work.history, work.free
    momentum = _float(work.param.momentum)
    np.multiply(history, momentum, out=free)
    diff *= work.rate
    np.add(free, diff, out=history)
    np.multiply(history, 1 + momentum, out=diff)
    diff -= free


def _adagrad(work: Work) -> None:
    """h += g²; the update is rate g / (√h + delta). The formula of ``torch.optim.Adagrad``."""
    (history,) = work.history
    np.square(work.diff, out=work.free)
    history += work.free
    _divide_by_root(work, history)


def _rmsprop(work: Work) -> None:
    """h = rms_decay h + (1 - rms_decay) g²; the update is rate g / (√h + delta).

    The formula of ``torch.optim.RMSprop``.
    """
    (history,) = work.history
    _mean_square(work, history, work.param.rms_decay)
    _divide_by_root(work, history)


def _adadelta(work: Work) -> None:
    """h and k are the running means of g² and of d² = g² (k + delta) / (h + delta).

    The update is rate d. The formula of ``torch.optim.Adadelta``.
    """
    diff, (gradients, updates), free = work.diff, work.history, work.free
    delta = _float(work.param.delta)
    _mean_square(work, gradients, work.param.momentum)
    np.add(updates, delta, out=free)
    free /= gradients + delta
    np.sqrt(free, out=free)
    diff *= free
    _mean_square(work, updates, work.param.momentum)
    diff *= work.rate


def _adam(work: Work) -> None:
    """m and v are the running means of g and of g²; the update is rate c m / (√v + delta).

    c = √(1 - momentum2^t) / (1 - momentum^t) at the update t, from 1. ``torch.optim.Adam`` divides
    √v by that root before it adds delta.
    """
    diff, (means, squares), free = work.diff, work.history, work.free
    momentum, momentum2 = work.param.momentum, work.param.momentum2
    means *= _float(momentum)
    np.multiply(diff, 1 - _float(momentum), out=free)
    means += free
    _mean_square(work, squares, momentum2)
    np.sqrt(squares, out=free)
    free += _float(work.param.delta)
    np.divide(means, free, out=diff)
    t = work.iteration + 1
    with np.errstate(all="ignore"):
        correction = np.sqrt(1 - np.float64(momentum2) ** t) / (1 - np.float64(momentum) ** t)
    diff *= work.rate * _float(correction)


def _mean_square(work: Work, mean: Floats, momentum: float) -> None:
    """Let the running mean of the squares of `diff` go on."""
    mean *= _float(momentum)
    free = np.square(work.diff, out=work.free)
    free *= 1 - _float(momentum)
    mean += free


def _divide_by_root(work: Work, history: Floats) -> None:
    diff, free = work.diff, work.free
    np.sqrt(history, out=free)
    free += _float(work.param.delta)
    diff /= free
    diff *= work.rate


RULES = {
    "SGD": Rule(1, _sgd),
    "Nesterov": Rule(1, _nesterov),
    "AdaGrad": Rule(1, _adagrad),
    "RMSProp": Rule(1, _rmsprop),
    "AdaDelta": Rule(2, _adadelta),
    "Adam": Rule(2, _adam),
}
"""Every type of solver by its name."""
