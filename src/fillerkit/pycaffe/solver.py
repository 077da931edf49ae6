"""Solvers as a script sees them: their nets, initialised in Caffe's order. They do not train."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NoReturn

import fillerkit as fk
from fillerkit.pycaffe.net import Net
from fillerkit.pycaffe.process import caffe
from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.pycaffe.weight_files import check_file
from fillerkit.python_layers.say import say_once

Shapes = Mapping[str, Sequence[int]]


class Solver:
    """A solver file's nets: the train net, then the test nets, from one engine.

    The engine is seeded where the file has a ``random_seed``. Test nets take their draws, and then
    share the train net's parameters.

    Parameters
    ----------
    solver_file
        The solver's prototxt. Paths in it are looked for from the working directory, from the
        solver's folder, and from the folders above that.
    shapes
        Shapes of tops of data layers whose data is not there, by name. Caffe has no such argument.
    """

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
        if text.random_seed is not None:
            caffe.seed((text.random_seed + caffe.rank) % 2**32)
        self._param = text.param
        self._net = Net.of_text(text.train, shapes)
        self._test_nets = [Net.of_text(net, shapes) for net in text.tests]
        files = [file.strip() for named in self._param.weights for file in named.split(",")]
        for net in (self._net, *self._test_nets):
            for file in files:
                net.copy_from(file)
        for net in self._test_nets:
            net.share_with(self._net)

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
        """0: nothing has been trained."""
        return 0

    @property
    def param(self) -> SolverParameter:
        """The solver's message."""
        return self._param

    def share_weights(self, net: Net) -> None:
        """Let another net have the train net's parameters, in the same memory."""
        net.share_with(self._net)

    def add_callback(self, on_start: object, on_gradients_ready: object) -> None:
        """Accepted; nothing is trained, so nothing is called."""
        say_once("add_callback: nothing is trained here, so nothing is called back")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._net!r}, {len(self._test_nets)} test nets>"

    def step(self, iterations: int) -> NoReturn:
        """An error: nothing is trained here. PyTorch trains the same net, from the same bits.

        ::

            import fillerkit as fk, fillerkit.torch, torch

            net = fk.load_net("train_val.prototxt", phase="TRAIN", shapes={"data": (64, 1, 28, 28)})
            module = fillerkit.torch.module(net, net.fill(seed=1701))
            optimizer = torch.optim.SGD(module.parameter_groups(0.01, 0.0005), lr=0.01)
            for images, labels in batches:
                optimizer.zero_grad()
                module(data=images, label=labels).loss.backward()
                optimizer.step()
            module.blobs().save("trained.caffemodel")
        """
        _refuse("step")

    def solve(self, resume_file: str | None = None) -> NoReturn:
        """Not here: an error that says how to train."""
        _refuse("solve")

    def snapshot(self) -> NoReturn:
        """Not here: an error that says how to train."""
        _refuse("snapshot")

    def restore(self, resume_file: str) -> NoReturn:
        """Not here: an error that says how to train."""
        _refuse("restore")

    def apply_update(self) -> NoReturn:
        """Not here: an error that says how to train."""
        _refuse("apply_update")


class SGDSolver(Solver):
    """Of type SGD: stochastic gradient descent."""


class NesterovSolver(Solver):
    """Of type Nesterov: descent with Nesterov's momentum."""


class AdaGradSolver(Solver):
    """Of type AdaGrad."""


class RMSPropSolver(Solver):
    """Of type RMSProp."""


class AdaDeltaSolver(Solver):
    """Of type AdaDelta."""


class AdamSolver(Solver):
    """Of type Adam."""


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
    text = fk.read_solver(solver_file, as_caffe=True)
    name = text.param.type
    if name not in _TYPES:
        near = fk.did_you_mean(name, _TYPES) or f"; there are {', '.join(_TYPES)}"
        raise fk.UsageError(f"{os.fspath(solver_file)}: unknown solver type '{name}'{near}")
    return _TYPES[name].of_text(text, shapes or {})


def _refuse(what: str) -> NoReturn:
    raise NotImplementedError(
        f"Solver.{what}: fillerkit initialises nets and does not train them. Train the same net "
        "from the same bits in PyTorch: fillerkit.torch.module(net, blobs); ten lines that do it: "
        "help(caffe.Solver.step)"
    )
