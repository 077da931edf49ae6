"""Solvers as a script sees them: their nets, initialised in Caffe's order, and their training."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import fillerkit as fk
from fillerkit.pycaffe.net import Net
from fillerkit.pycaffe.process import caffe
from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.pycaffe.training.loop import Training
from fillerkit.pycaffe.training.settings import check_made
from fillerkit.pycaffe.training.snapshots import default_prefix
from fillerkit.pycaffe.weight_files import check_file
from fillerkit.python_layers.say import say_once

Shapes = Mapping[str, Sequence[int]]


class Solver:
    """A solver file's nets: the train net, then the test nets, from one engine.

    The engine is seeded where the file has a ``random_seed``. Test nets take their draws; from the
    first test on they share the train net's parameters.

    Parameters
    ----------
    solver_file
        The solver's prototxt. Paths in it are looked for from the working directory, from the
        solver's folder, and from the folders above that.
    shapes
        Shapes of tops of data layers whose data is not there, by name. Caffe has no such argument.
    """

    _kind: ClassVar[str] = "SGD"

    def __init__(
        self,
        solver_file: str | os.PathLike[str],
        *,
        shapes: Shapes | None = None,
    ) -> None:
        check_file(solver_file)
        self._set_up(fk.read_solver(solver_file, as_caffe=True), shapes or {})

    @classmethod
    def of_text(cls, text: fk.SolverText, shapes: Shapes) -> Solver:
        """A solver whose file is read already."""
        solver = cls.__new__(cls)
        solver._set_up(text, shapes)
        return solver

    def _set_up(self, text: fk.SolverText, shapes: Shapes) -> None:
        check_made(text, self._kind)
        for note in (note for net in (text.train, *text.tests) for note in net.notes):
            say_once(note)
        if text.random_seed is not None:
            caffe.seed((text.random_seed + caffe.rank) % 2**32)
        self._param = text.param
        self._param.snapshot_prefix = default_prefix(text.param, text.source.name)
        self._net = Net.of_text(text.train, shapes)
        self._test_nets = [Net.of_text(net, shapes) for net in text.tests]
        files = [file.strip() for named in self._param.weights for file in named.split(",")]
        for net in (self._net, *self._test_nets):
            for file in files:
                net.copy_from(file)
        self._training = Training(text, self._kind, self._net, self._test_nets)

    @property
    def net(self) -> Net:
        """The train net."""
        return self._net

    @property
    def test_nets(self) -> list[Net]:
        """The test nets."""
        return self._test_nets

    @property
    def iter(self) -> int:
        """How many updates have been made."""
        return self._training.iteration

    @property
    def lr(self) -> float:
        """The learning rate of the next update."""
        return float(self._training.rate())

    @property
    def param(self) -> SolverParameter:
        """The solver's message."""
        return self._param

    def share_weights(self, net: Net) -> None:
        """Let another net have the train net's parameters, in the same memory."""
        net.share_with(self._net)

    def add_callback(
        self, on_start: Callable[[], object], on_gradients_ready: Callable[[], object]
    ) -> None:
        """Let functions be called in each iteration: before its passes, and before its update."""
        self._training.callbacks.append((on_start, on_gradients_ready))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._net!r}, {len(self._test_nets)} test nets>"

    # Training.

    def step(self, iterations: int) -> None:
        """Train for a number of iterations, with the tests and snapshots that fall into them.

        Raises
        ------
        FillerkitError
            The solver's file makes no sense, or a layer of the net cannot run.
        """
        self._training.step(operator.index(iterations))

    def solve(self, resume_file: str | os.PathLike[str] | None = None) -> None:
        """Train up to ``max_iter``, from the start or from a solver state.

        With ``snapshot_after_train``, which is the default, the result is written beside the
        solver's file, or as ``snapshot_prefix`` says.
        """
        self._training.solve(None if resume_file is None else os.fspath(resume_file))

    def snapshot(self) -> None:
        """Write ``PREFIX_iter_N.caffemodel`` and ``PREFIX_iter_N.solverstate`` now."""
        self._training.snapshot()

    def restore(self, resume_file: str | os.PathLike[str]) -> None:
        """Go on from a solver state, ``.solverstate`` or ``.solverstate.h5``.

        Raises
        ------
        RuntimeError
            The file is not there.
        FormatError
            It is no solver state, or one of another net, or its weights are not there.
        """
        self._training.restore(os.fspath(resume_file))

    def apply_update(self) -> None:
        """Change the parameters by what their gradients say: the last part of an iteration."""
        self._training.apply_update()


class SGDSolver(Solver):
    """Of type SGD: stochastic gradient descent."""


class NesterovSolver(SGDSolver):
    """Of type Nesterov: descent with Nesterov's momentum."""

    _kind = "Nesterov"


class AdaGradSolver(SGDSolver):
    """Of type AdaGrad."""

    _kind = "AdaGrad"


class RMSPropSolver(SGDSolver):
    """Of type RMSProp."""

    _kind = "RMSProp"


class AdaDeltaSolver(SGDSolver):
    """Of type AdaDelta."""

    _kind = "AdaDelta"


class AdamSolver(SGDSolver):
    """Of type Adam."""

    _kind = "Adam"


_TYPES: dict[str, type[Solver]] = {
    "SGD": SGDSolver,
    "Nesterov": NesterovSolver,
    "AdaGrad": AdaGradSolver,
    "RMSProp": RMSPropSolver,
    "AdaDelta": AdaDeltaSolver,
    "Adam": AdamSolver,
}


def get_solver(solver_file: str | os.PathLike[str], *, shapes: Shapes | None = None) -> Solver:
    """A solver of the type that its file names; `shapes` as of `Solver`."""
    check_file(solver_file)
    return solver_of(fk.read_solver(solver_file, as_caffe=True), shapes or {})


def solver_of(text: fk.SolverText, shapes: Shapes) -> Solver:
    """A solver of the type that its file, which is read already, names."""
    name = text.param.type
    if name not in _TYPES:
        near = fk.did_you_mean(name, _TYPES) or f"; there are {', '.join(_TYPES)}"
        raise fk.UsageError(f"{text.source.name}: unknown solver type '{name}'{near}")
    return _TYPES[name].of_text(text, shapes)
