"""Solvers as a script sees them: their nets, initialised in Caffe's order. They do not train."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from google.protobuf import text_format

from fillerkit.build import read
from fillerkit.errors import PrototxtError, UsageError, did_you_mean
from fillerkit.prototxt import upgrade_text
from fillerkit.pycaffe.net import Net
from fillerkit.pycaffe.state import caffe
from fillerkit.pycaffe.weights import check_file
from fillerkit.schema.forks_pb2 import NetParameter, NetState, SolverParameter

Source = tuple[str | NetParameter, NetState]
"""A net's path as the solver gives it, or the net itself; and its state."""


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
        shapes: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        check_file(solver_file)
        self._file = Path(solver_file)
        self._param = _read(self._file)
        if self._param.random_seed >= 0:
            caffe.seed(self._param.random_seed % 2**32)
        self._shapes = dict(shapes or {})
        self._net = self._made(_train_net(self._file, self._param), "TRAIN")
        self._test_nets = [
            self._made(source, "TEST") for source in _test_nets(self._file, self._param)
        ]
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
        """Let another net have the train net's parameters: the very same memory."""
        net.share_with(self._net)

    def add_callback(self, on_start: object, on_gradients_ready: object) -> None:
        """Accepted; nothing is trained, so nothing is called."""
        caffe.say_once("add_callback: nothing is trained here, so nothing is called back")

    def step(self, iterations: int) -> NoReturn:
        """Not here: an error that says how to train."""
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

    def _made(self, source: Source, phase: str) -> Net:
        net, state = source
        path_or_text = text_format.MessageToString(net) if not isinstance(net, str) else net
        text, setting = read(
            path_or_text,
            phase=phase,
            level=state.level if state.HasField("level") else None,
            stages=list(state.stage),
        )
        return Net.of_text(text, setting, self._shapes)


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


def get_solver(
    solver_file: str | os.PathLike[str], *, shapes: Mapping[str, Sequence[int]] | None = None
) -> Solver:
    """A solver of the type that its file names; `shapes` as of `Solver`."""
    check_file(solver_file)
    name = _read(Path(solver_file)).type
    if name not in _TYPES:
        near = did_you_mean(name, _TYPES) or f"; there are {', '.join(_TYPES)}"
        raise UsageError(f"{os.fspath(solver_file)}: unknown solver type '{name}'{near}")
    return _TYPES[name](solver_file, shapes=shapes)


def _refuse(what: str) -> NoReturn:
    raise NotImplementedError(
        f"Solver.{what}: fillerkit initialises nets and does not train them. Train the same net "
        "from the same bits in PyTorch: fillerkit.torch.module(net, blobs); docs/pycaffe.md shows "
        "how in ten lines"
    )


def _read(path: Path) -> SolverParameter:
    try:
        return text_format.Parse(upgrade_text(path), SolverParameter())
    except text_format.ParseError:
        raise PrototxtError(f"{path}: is a net, not a solver") from None


def _train_net(file: Path, param: SolverParameter) -> Source:
    given = [
        name
        for name in ("net", "net_param", "train_net", "train_net_param")
        if param.HasField(name)
    ]
    if len(given) != 1:
        raise PrototxtError(
            f"{file}: a solver names one train net, this one "
            f"{' and '.join(given) or 'none: net: FILE is missing'}"
        )
    return _source(file, getattr(param, given[0])), param.train_state


def _test_nets(file: Path, param: SolverParameter) -> Iterator[Source]:
    """The test nets in Caffe's order; what tests remain, by test_iter, are of the solver's net."""
    nets: list[str | NetParameter] = [*param.test_net_param]
    nets += [_source(file, name) for name in param.test_net]
    rest = len(param.test_iter) - len(nets)
    if rest > 0 and (param.HasField("net") or param.HasField("net_param")):
        whole = param.net_param if param.HasField("net_param") else param.net
        nets += [_source(file, whole)] * rest
    elif rest:
        raise PrototxtError(
            f"{file}: there are {len(nets)} test nets, but test_iter is given "
            f"{len(param.test_iter)} times"
        )
    if param.test_state and len(param.test_state) != len(nets):
        raise PrototxtError(
            f"{file}: there are {len(nets)} test nets, but test_state is given "
            f"{len(param.test_state)} times"
        )
    states = list(param.test_state) or [NetState()] * len(nets)
    yield from zip(nets, states, strict=True)


def _source(file: Path, named: str | NetParameter) -> str | NetParameter:
    """A path where the file is; an inline net as it is."""
    if not isinstance(named, str):
        return named
    path = Path(named)
    folder = file.parent
    tried = [path, folder / path, *(above / path for above in folder.resolve().parents)]
    for candidate in tried:
        if candidate.is_file():
            return str(candidate)
    raise RuntimeError(
        f"Could not open file {named}: {file} names it; it was looked for from the working "
        "directory, the solver's folder and the folders above that"
    )
