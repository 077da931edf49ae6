"""A solver file, followed to the net that it trains."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from fillerkit.errors import PrototxtError
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field
from fillerkit.schema.forks_pb2 import (
    TEST,
    TRAIN,
    NetParameter,
    NetState,
    Phase,
    SolverParameter,
)

# The fields that can name or hold a net, in the order in which Caffe looks.
_NETS = {
    TRAIN: ("train_net_param", "train_net", "net_param", "net"),
    TEST: ("test_net_param", "test_net", "net_param", "net"),
}


class NetOfSolver(NamedTuple):
    """The net that a solver names (a path) or holds (a field of its text)."""

    path: Path | None
    inline: Field | None
    state: NetState
    note: str


def is_solver(root: Field) -> bool:
    """Whether a text's top-level fields are a solver's: it has one that a net has not."""
    net, solver = NetParameter.DESCRIPTOR.fields_by_name, SolverParameter.DESCRIPTOR.fields_by_name
    names = {field.name for field in root.fields}
    if names & {"layer", "layers", "input"}:
        return False
    return any(name in solver and name not in net for name in names)


# The names of the solvers that the deprecated solver_type chose by number.
_SOLVER_TYPES = {
    SolverParameter.SGD: "SGD",
    SolverParameter.NESTEROV: "Nesterov",
    SolverParameter.ADAGRAD: "AdaGrad",
    SolverParameter.RMSPROP: "RMSProp",
    SolverParameter.ADADELTA: "AdaDelta",
    SolverParameter.ADAM: "Adam",
}


def name_solver_type(solver: SolverParameter, root: Field, source: Source) -> None:
    """Turn the deprecated ``solver_type: ADAM`` into ``type: "Adam"``; both at once is refused."""
    if not solver.HasField("solver_type"):
        return
    if solver.HasField("type"):
        raise PrototxtError(
            "the solver gives both type and solver_type, its old form: keep type",
            place=source.place((root.find("solver_type") or root).offset),
        )
    solver.type = _SOLVER_TYPES[solver.solver_type]
    solver.ClearField("solver_type")


def random_seed(solver: SolverParameter) -> int | None:
    """The seed that a solver fixes, as Caffe takes it (32 bits), or None if it is left open."""
    return solver.random_seed % 2**32 if solver.random_seed >= 0 else None


def follow(
    solver: SolverParameter, root: Field, source: Source, folder: Path | None, phase: Phase
) -> NetOfSolver:
    """Find the net of `phase` as Caffe does; the state carries the solver's stages and level."""
    present = [name for name in _NETS[phase] if root.find(name)]
    if phase == TRAIN and len(present) > 1:
        raise PrototxtError(
            f"a solver names one train net, this one has {' and '.join(present)}",
            place=source.place((root.find(present[1]) or root).offset),
        )
    if not present:
        wanted = "net" if phase == TRAIN else "net or test_net"
        raise PrototxtError(
            f"this is a solver without a net to {'train' if phase == TRAIN else 'test'}: "
            f'it needs {wanted}: "FILE"',
            place=source.place(root.offset),
        )
    name = present[0]
    field = next(field for field in root.fields if field.name == name)
    states = [solver.train_state] if phase == TRAIN else solver.test_state[:1]
    state = NetState()
    for each in states:
        state.MergeFrom(each)
    if name.endswith("_param"):
        return NetOfSolver(None, field, state, f"the solver holds its net: {name}")
    value = getattr(solver, name)
    named = value if isinstance(value, str) else value[0]
    path, where = _resolve(named, folder, source, field)
    return NetOfSolver(path, None, state, f"{name}: {path} ({where})")


def _resolve(named: str, folder: Path | None, source: Source, field: Field) -> tuple[Path, str]:
    """A solver's path: from the solver's folder, the working directory, the folders above."""
    path = Path(named)
    if path.is_absolute():
        tried = [(path, "as the solver says")]
    else:
        tried = [] if folder is None else [(folder / path, "found from the solver's folder")]
        tried.append((path, "found from the working directory"))
        if folder is not None:
            above = [(up / path, f"found from {up}, above") for up in folder.resolve().parents]
            tried += [(full, f"{where} the solver's folder") for full, where in above]
    for full, where in tried:
        if full.is_file():
            return full, where
    raise PrototxtError(
        f"the solver's net '{named}' is not there: looked from the solver's folder, the working "
        "directory and the folders above the solver; give the net's own file instead",
        place=source.place(field.value_offset),
    )
