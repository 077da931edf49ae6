"""The learning rate of an iteration, by the solver's ``lr_policy``: Caffe's formulas, bit for bit.

Caffe works them out partly in float32 and partly in float64; where it rounds is copied here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter

_float = np.float32


class Rate(NamedTuple):
    """A learning rate, and how many steps a policy of steps has gone down."""

    value: np.float32
    step: int


def learning_rate(param: SolverParameter, iteration: int, step: int) -> Rate:
    """The rate of an iteration.

    Parameters
    ----------
    param
        The solver, whose ``lr_policy`` is one of `POLICIES`.
    iteration
        How many updates have been made.
    step
        How many steps ``multistep`` has gone down so far.
    """
    with np.errstate(all="ignore"):  # poly behind max_iter is not a number, as in Caffe
        return POLICIES[param.lr_policy](param, iteration, step)


def _fixed(param: SolverParameter, iteration: int, step: int) -> Rate:
    return Rate(_float(param.base_lr), step)


def _step(param: SolverParameter, iteration: int, step: int) -> Rate:
    """base_lr gamma^(iteration / stepsize), rounded down."""
    return _stepped(param, iteration // param.stepsize)


def _exp(param: SolverParameter, iteration: int, step: int) -> Rate:
    """base_lr gamma^iteration."""
    return Rate(_stepped(param, iteration).value, step)


def _inv(param: SolverParameter, iteration: int, step: int) -> Rate:
    """base_lr (1 + gamma iteration)^(-power)."""
    base = _float(1) + _float(param.gamma) * _float(iteration)
    return Rate(_float(param.base_lr) * _float(_power(base, -param.power)), step)


def _multistep(param: SolverParameter, iteration: int, step: int) -> Rate:
    """base_lr gamma^step; each call goes down one step at most, if its stepvalue is reached."""
    if step < len(param.stepvalue) and iteration >= param.stepvalue[step]:
        step += 1
    return _stepped(param, step)


def _poly(param: SolverParameter, iteration: int, step: int) -> Rate:
    """base_lr (1 - iteration / max_iter)^power."""
    left = _float(1) - _float(iteration) / _float(param.max_iter)
    return Rate(_float(param.base_lr) * _float(_power(left, param.power)), step)


def _sigmoid(param: SolverParameter, iteration: int, step: int) -> Rate:
    """base_lr / (1 + e^(-gamma (iteration - stepsize)))."""
    power = np.exp(np.float64(-_float(param.gamma) * _float(iteration - param.stepsize)))
    return Rate(_float(param.base_lr) * (_float(1) / (_float(1) + _float(power))), step)


def _stepped(param: SolverParameter, step: int) -> Rate:
    return Rate(_float(param.base_lr * _power(param.gamma, step)), step)


def _power(base: float | np.float32, exponent: float) -> np.float64:
    return np.float64(np.float64(base) ** exponent)


POLICIES: dict[str, Callable[[SolverParameter, int, int], Rate]] = {
    "fixed": _fixed,
    "step": _step,
    "exp": _exp,
    "inv": _inv,
    "multistep": _multistep,
    "poly": _poly,
    "sigmoid": _sigmoid,
}
"""Every ``lr_policy`` by its name."""
