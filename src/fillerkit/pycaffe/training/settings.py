"""What a solver's text must say before it can train: one clear error where it does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import fillerkit as fk
from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.pycaffe.training.rates import POLICIES
from fillerkit.python_layers.say import say_once


class _Wrong(NamedTuple):
    """A field that makes no sense, and why."""

    field: str
    why: str


def check_made(text: fk.SolverText, kind: str) -> None:
    """Refuse what Caffe refuses when a solver of the type `kind` is made."""
    _refuse(text, _wrong_of_type(text.param, kind))


def check_trained(text: fk.SolverText) -> None:
    """Refuse what Caffe refuses in the first iteration, and say what is not acted upon."""
    _refuse(text, _wrong_to_train(text.param))
    for field, _ in text.param.ListFields():
        if field.name in _WITHOUT_EFFECT or field.number >= _FORKS:
            say_once(f"solver: {field.name} is not acted upon{_WITHOUT_EFFECT.get(field.name, '')}")


_FORKS = 100_000
"""Fields of forks have numbers from here on."""

_WITHOUT_EFFECT = {"debug_info": ": nothing is told of single layers"}


def _wrong_of_type(param: SolverParameter, kind: str) -> Iterator[_Wrong]:
    if kind in ("AdaGrad", "RMSProp") and param.momentum:
        yield _Wrong("momentum", f"a solver of type {kind} has none: leave it out")
    if kind == "RMSProp" and not 0 <= param.rms_decay < 1:
        yield _Wrong("rms_decay", "it is at least 0 and less than 1")
    if param.average_loss < 1:
        yield _Wrong("average_loss", "it is a number of iterations, at least 1")
    if param.test_iter and param.test_interval <= 0:
        yield _Wrong("test_interval", "there are test nets: say after how many iterations they run")


def _wrong_to_train(param: SolverParameter) -> Iterator[_Wrong]:
    policy = param.lr_policy
    if policy not in POLICIES:
        near = fk.did_you_mean(policy, POLICIES) if policy else ""
        yield _Wrong("lr_policy", near or f"there are {', '.join(POLICIES)}")
    if policy in ("step", "sigmoid") and param.stepsize <= 0:
        yield _Wrong("stepsize", f"lr_policy {policy} needs a number of iterations, at least 1")
    if policy in ("step", "exp", "inv", "multistep", "sigmoid") and param.gamma < 0:
        yield _Wrong("gamma", f"lr_policy {policy} needs a number, at least 0")
    if param.regularization_type not in ("L1", "L2"):
        yield _Wrong("regularization_type", "there are L1 and L2")
    if param.iter_size < 1:
        yield _Wrong("iter_size", "it is a number of passes, at least 1")
    for name in ("display", "snapshot", "test_interval"):
        if getattr(param, name) < 0:
            yield _Wrong(name, "it is a number of iterations; 0 is never")
    if any(count < 1 for count in param.test_iter):
        yield _Wrong("test_iter", "it is a number of batches, at least 1")


def _refuse(text: fk.SolverText, wrong: Iterator[_Wrong]) -> None:
    for field, why in wrong:
        value = getattr(text.param, field)
        shown = repr(value) if isinstance(value, (int, float, str)) else str(list(value))
        shown = shown if text.root.find(field) else f"not given ({shown})"
        raise fk.PrototxtError(f"the solver's {field} is {shown}: {why}", place=text.place(field))


def check_prefix(param: SolverParameter) -> None:
    """Refuse, before anything is trained, a folder that no snapshot can be written to."""
    folder = Path(param.snapshot_prefix).parent
    if not os.access(folder, os.W_OK | os.X_OK) or not folder.is_dir():
        raise fk.UsageError(
            f"no snapshot can be written to '{param.snapshot_prefix}_iter_N...': the folder "
            f"'{folder}' is not there, or nothing can be written into it; make it, or change "
            "snapshot_prefix"
        )
