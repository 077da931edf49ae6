"""A solver file, followed to the nets that it trains and tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fillerkit.errors import PrototxtError
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field
from fillerkit.regular_file import is_file
from fillerkit.schema.forks_pb2 import NetParameter, NetState, SolverParameter
from fillerkit.schema.lazy import beside

_TRAIN = ("train_net_param", "train_net", "net_param", "net")
_TEST = ("test_net_param", "test_net")
_OWN = ("net_param", "net")
_AS_SAID, _WORKING = "as the solver says", "found from the working directory"


class NetOfSolver(NamedTuple):
    """The net that a solver names (by a path) or holds (in its text), and the state it gives it.

    The note says which it is; it is "" where that is what Caffe does and nothing else is wanted.
    """

    path: Path | None
    inline: Field | None
    state: NetState
    note: str


class Following(NamedTuple):
    """A solver, and where the paths in it are looked for.

    Attributes
    ----------
    param : SolverParameter
    root : Field
        Its text.
    source : Source
    folder : Path or None
        That it stands in; None for a text.
    as_caffe : bool
        Whether the working directory, the only place that Caffe knows, goes before that folder.
    encoding : str or None
        That a person says names are in which are not UTF-8.
    """

    param: SolverParameter
    root: Field
    source: Source
    folder: Path | None
    as_caffe: bool = False
    encoding: str | None = None


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


def train_net(solver: Following) -> NetOfSolver:
    """The net that a solver trains."""
    found = _fields(solver, _TRAIN)
    if not found:
        raise _without_net(solver, "train", "net")
    if len(found) > 1:
        raise PrototxtError(
            f"a solver names one train net, this one has {found[0].name} and {found[1].name}",
            place=solver.source.place(found[1].offset),
        )
    return _net(solver, found[0], solver.param.train_state)


def test_net(solver: Following) -> NetOfSolver:
    """The first net that a solver tests, or would if its ``test_iter`` said so."""
    found = [*_fields(solver, _TEST), *_fields(solver, _OWN)]
    if not found:
        raise _without_net(solver, "test", "net or test_net")
    states = solver.param.test_state
    return _net(solver, found[0], states[0] if states else _no_state(solver))


def test_nets(solver: Following) -> list[NetOfSolver]:
    """The nets that a solver tests, in Caffe's order.

    Those named for tests come first; what ``test_iter`` counts besides are of the solver's own net.
    """
    found = _fields(solver, _TEST)
    own, iters = _fields(solver, _OWN)[:1], len(solver.param.test_iter)
    if iters < len(found) or (iters > len(found) and not own):
        raise _miscounted(solver, len(found), "test_iter", iters)
    found += own * (iters - len(found))
    states = list(solver.param.test_state) or [_no_state(solver)] * len(found)
    if len(states) != len(found):
        raise _miscounted(solver, len(found), "test_state", len(states))
    return [_net(solver, field, state) for field, state in zip(found, states, strict=True)]


def _fields(solver: Following, names: Sequence[str]) -> list[Field]:
    """The fields of those names, in the order of the names."""
    return [field for name in names for field in solver.root.fields if field.name == name]


def _net(solver: Following, field: Field, state: NetState) -> NetOfSolver:
    if field.name.endswith("_param"):
        note = "" if solver.as_caffe else f"the solver holds its net: {field.name}"
        return NetOfSolver(None, field, state, note)
    path, where = _resolve(solver, field)
    as_caffe = solver.as_caffe and where in (_AS_SAID, _WORKING)
    return NetOfSolver(path, None, state, "" if as_caffe else f"{field.name}: {path} ({where})")


def _without_net(solver: Following, to: str, wanted: str) -> PrototxtError:
    return PrototxtError(
        f'this is a solver without a net to {to}: it needs {wanted}: "FILE"',
        place=solver.source.place(solver.root.offset),
    )


def _miscounted(solver: Following, nets: int, name: str, count: int) -> PrototxtError:
    return PrototxtError(
        f"the solver has {nets} test net{'s' * (nets != 1)}, but {name} is given {count} "
        f"time{'s' * (count != 1)}",
        place=solver.source.place((solver.root.find(name) or solver.root).offset),
    )


def _resolve(solver: Following, field: Field) -> tuple[Path, str]:
    """The file that a solver's path means, and where it was found."""
    name = solver.source.string(field.literal)
    # The name of the file on the disk may be in the solver's encoding too.
    for path in dict.fromkeys((Path(name), Path(field.literal))):
        for full, where in (*_as_said(solver, path), *_by_the_tail(solver, path, name)):
            if is_file(full):
                return full, where
    raise PrototxtError(
        f"the solver's net '{name}' is not there{_looked(solver, Path(name))}",
        place=solver.source.place(field.value_offset),
    )


def _as_said(solver: Following, path: Path) -> list[tuple[Path, str]]:
    """From the solver's folder, the working directory, the folders above."""
    folder = solver.folder
    if path.is_absolute():
        return [(path, _AS_SAID)]
    tried = [] if folder is None else [(folder / path, "found from the solver's folder")]
    tried.insert(0 if solver.as_caffe else 1, (path, _WORKING))
    if folder is not None:
        above = [(up / path, f"found from {up}, above") for up in folder.resolve().parents]
        tried += [(full, f"{where} the solver's folder") for full, where in above]
    return tried


def _by_the_tail(solver: Following, path: Path, name: str) -> Iterator[tuple[Path, str]]:
    """In the solver's folder, and those above, by the end of the path, as files that were moved.

    Above it an end is a folder and a name: many files are called train_val.prototxt.
    """
    if solver.folder is None:
        return
    said = f"the solver says '{name}'"
    for tail in _tails(path):
        yield solver.folder / tail, f"found from the solver's folder; {said}"
    for up in solver.folder.resolve().parents:
        for tail in _tails(path):
            if len(tail.parts) > 1:
                yield up / tail, f"found from {up}, above the solver's folder; {said}"


def _tails(path: Path) -> list[Path]:
    """The ends of a path, the longest first: ``mnist/net.prototxt``, ``net.prototxt``."""
    tails = [Path(*path.parts[at:]) for at in range(1, len(path.parts))]
    return [tail for tail in tails if ".." not in tail.parts]


def _looked(solver: Following, path: Path) -> str:
    """Where a path was looked for, in words."""
    places = [] if path.is_absolute() else ["the working directory"]
    if solver.folder is None:
        return f": looked in {places[0]}" if places else ""
    places.append(f"the solver's folder ({solver.folder.resolve()}) and the folders above it")
    words = f": looked in {', '.join(places)}"
    *longer, name = [f"'{tail}'" for tail in _tails(path)] or [""]
    if longer:
        words += f", there also for {' and '.join(longer)}"
    return words + (f", in the solver's folder also for {name}" if name else "")


def _no_state(solver: Following) -> NetState:
    state: NetState = beside(solver.param, "NetState")()
    return state
