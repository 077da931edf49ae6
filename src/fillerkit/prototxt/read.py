"""From a file or a text, of any generation, to one current net of one phase."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, SupportsIndex

from google.protobuf.message import Message

from fillerkit.encoding import Reading, reading
from fillerkit.errors import (
    FillerkitError,
    OnError,
    Place,
    PrototxtError,
    UsageError,
    check_kind,
    raised,
)
from fillerkit.prototxt.bind import bind
from fillerkit.prototxt.passed_over import PassedOver
from fillerkit.prototxt.phase import PHASES, select
from fillerkit.prototxt.solver import (
    Following,
    NetOfSolver,
    is_solver,
    name_solver_type,
    random_seed,
    test_net,
    test_nets,
    train_net,
)
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field, parse, strings
from fillerkit.prototxt.upgrade import TextLayer, old_forms, upgrade
from fillerkit.regular_file import open_regular
from fillerkit.schema import EACH, forks_pb2
from fillerkit.schema.forks_pb2 import TEST, TRAIN, NetParameter, NetState, Phase, SolverParameter
from fillerkit.schema.lazy import beside


class NetText(NamedTuple):
    """A net as its text gives it: current form, one phase, every layer beside its text.

    Attributes
    ----------
    name : str
        The net's own name, or "".
    layers : list of (LayerParameter, Field)
        The ones that take part.
    left_out : list of (LayerParameter, Field)
        The ones that phase, level or stages leave out.
    state : NetState
        Phase, level and stages that the layers were chosen by.
    source : Source
        The text of the net itself, also where a solver led to it.
    sha256 : str
        Of the bytes of the file, or of the text, that holds the net.
    random_seed : int or None
        What the solver fixes, if a solver led here.
    notes : tuple of str
        What was found on the way that the reader should be told.
    old_forms : tuple of (str, Field)
        What the text writes in an older form, in words, and where.
    force_backward : bool
        Whether every layer of it is to run backward.
    """

    name: str
    layers: list[TextLayer]
    left_out: list[TextLayer]
    state: NetState
    source: Source
    sha256: str
    random_seed: int | None = None
    notes: tuple[str, ...] = ()
    old_forms: tuple[tuple[str, Field], ...] = ()
    force_backward: bool = False

    def place(self, field: Field) -> Place:
        """Where a field of this net's text stands."""
        return self.source.place(field.offset)


class SolverText(NamedTuple):
    """A solver as its text gives it, with the nets that it leads to.

    Attributes
    ----------
    param : SolverParameter
        In the current format.
    random_seed : int or None
        The seed that it fixes, or None.
    train : NetText
    tests : tuple of NetText
        In Caffe's order; the same net again where it is tested more than once.
    root : Field
        Its text.
    source : Source
        The file that the text is from.
    """

    param: SolverParameter
    random_seed: int | None
    train: NetText
    tests: tuple[NetText, ...]
    root: Field
    source: Source

    def place(self, name: str) -> Place:
        """Where a field stands, by its name; where the text begins if it is not given."""
        return self.source.place((self.root.find(name) or self.root).offset)


def read_net(
    path_or_text: str | os.PathLike[str],
    *,
    phase: str | None = None,
    level: int | None = None,
    stages: Sequence[str] = (),
    allow_unknown_fields: bool = False,
    proto: str | os.PathLike[str] | None = None,
    unknown_type: Callable[[str], bool] | None = None,
    encoding: str | None = None,
    report: OnError = raised,
) -> NetText:
    """Read a net, or the net that a solver leads to; see `fillerkit.read_net`.

    Parameters
    ----------
    unknown_type
        Whether nobody knows a layer type. Fields that the schema lacks are passed over in layers of
        such a type, and told of in the notes.
    report
        Gets every field that does not fit the schema; those are left out where it returns.
    """
    if isinstance(stages, str):
        raise UsageError(f"stages is a list of names, not one: [{stages!r}]")
    check_kind("stages", stages, Collection, "a list of names")
    for stage in stages:
        check_kind("a stage", stage, str, "a name")
    if level is not None:
        check_kind("level", level, SupportsIndex, "a whole number")
    if phase is not None and str(phase).lower() not in PHASES:
        raise UsageError(f"phase is TRAIN or TEST, not {phase!r}")
    wanted = _Wanted(None if phase is None else PHASES[phase.lower()], level, stages)
    passed = PassedOver(allow_unknown_fields, unknown=unknown_type, deep=proto is None)
    schema = schema_of(proto)
    root, source, sha256, folder = _load(path_or_text, encoding)
    if not is_solver(root):
        net = schema.NetParameter()
        return _net(root, net, source, sha256, wanted, passed=passed, report=report)
    param = _solver(root, source, passed, report, schema)
    solver = Following(param, root, source, folder, encoding=encoding)
    found = test_net(solver) if wanted.phase == TEST else train_net(solver)
    return _followed(solver, found, sha256, wanted, passed=passed, report=report)


def read_nets(
    path_or_text: str | os.PathLike[str], *, report: OnError, **asked: Any
) -> Iterator[NetText]:
    """Read a net, or a solver's train net and then each of its test nets.

    `asked` are the other keywords of `read_net`; with a phase, only the net of that phase is read.
    """
    yield read_net(path_or_text, report=report, **asked)
    if asked.get("phase") is not None:
        return
    encoding = asked.get("encoding")
    root, source, sha256, folder = _load(path_or_text, encoding)
    if not is_solver(root):
        return
    reported: list[FillerkitError] = []  # by the first reading already
    param = _solver(root, source, PassedOver(all=True), reported.append)
    solver = Following(param, root, source, folder, encoding=encoding)
    passed = PassedOver(
        asked.get("allow_unknown_fields", False),
        unknown=asked.get("unknown_type"),
        deep=asked.get("proto") is None,
    )
    wanted = _Wanted(None, asked.get("level"), asked.get("stages", ()), TEST)
    tests = test_nets(solver)
    for at, found in enumerate(tests):
        if found not in tests[:at]:
            yield _followed(solver, found, sha256, wanted, passed=passed, report=report)


def read_solver(
    path_or_text: str | os.PathLike[str],
    *,
    as_caffe: bool = False,
    level: int | None = None,
    stages: Sequence[str] = (),
    unknown_type: Callable[[str], bool] | None = None,
) -> SolverText:
    """Read a solver, and all nets that it leads to; see `fillerkit.read_solver`."""
    root, source, sha256, folder = _load(path_or_text)
    if not is_solver(root):
        raise PrototxtError(f"{source.name}: is a net, not a solver")
    passed = PassedOver(unknown=unknown_type)
    solver = Following(_solver(root, source, passed), root, source, folder, as_caffe)
    of_train, of_test = _Wanted(None, level, stages), _Wanted(default=TEST)
    found = [(train_net(solver), of_train), *((each, of_test) for each in test_nets(solver))]
    train, *tests = (_followed(solver, net, sha256, wanted, passed=passed) for net, wanted in found)
    return SolverText(
        _upgraded_solver(solver), random_seed(solver.param), train, tuple(tests), root, source
    )


def upgrade_text(
    path_or_text: str | os.PathLike[str],
    *,
    proto: str | os.PathLike[str] | None = None,
    encoding: str | None = None,
    forms: Sequence[str] = (),
) -> str:
    """A net or a solver of any generation, as text of the current format.

    Parameters
    ----------
    path_or_text, proto, encoding
        As for `load_net`.
    forms
        What other readers ask for instead: ``"input-shape"`` or ``"input-dim"``, net-level inputs
        in the place of Input layers; ``"v1"``, the ``layers`` of 2014, with such inputs;
        ``"caffe"``, without the fields of forks.

    Raises
    ------
    PrototxtError
        It cannot be read, or a form cannot say what it says.
    """
    return upgraded(path_or_text, proto, encoding, forms)[0]


def upgraded(
    path_or_text: str | os.PathLike[str],
    proto: str | os.PathLike[str] | None,
    encoding: str | None,
    forms: Sequence[str] = (),
) -> tuple[str, Reading]:
    """See `upgrade_text`; and how the names in the text were read."""
    from fillerkit.prototxt.forms import check_forms, written  # which filling a net does not need

    check_forms(forms)
    schema = schema_of(proto)
    root, source, _, _ = _load(path_or_text, encoding)
    if is_solver(root):
        param = _solver(root, source, schema=schema)
        return _as_text(
            _upgraded_solver(Following(param, root, source, None), forms)
        ), source.reading
    net = schema.NetParameter()
    bind(root, net, source)
    return _as_text(written(net, root, source, forms)), source.reading


def in_encoding(text: str, encoding: str) -> bytes:
    """A prototxt's text as bytes.

    A character whose last byte is that of a backslash (there are some in GBK) has two, since the
    text is read byte by byte and a backslash escapes what follows.
    """
    pieces = re.split("([^\0-\x7f]+)", text)
    return b"".join(
        piece.encode() if piece.isascii() else piece.encode(encoding).replace(b"\\", b"\\\\")
        for piece in pieces
    )


def schema_of(proto: str | os.PathLike[str] | None) -> Any:
    """Caffe's messages by name, with those of a fork's ``caffe.proto`` where one is given."""
    if proto is None:
        return forks_pb2
    check_kind("proto", proto, (str, os.PathLike), "the path of a fork's caffe.proto")
    from fillerkit.prototxt.fork_schema import fork_schema

    return fork_schema(os.fspath(proto))


def _solver(
    root: Field,
    source: Source,
    passed: PassedOver | None = None,
    report: OnError = raised,
    schema: Any = forks_pb2,
) -> SolverParameter:
    solver: SolverParameter = schema.SolverParameter()
    bind(root, solver, source, passed, report)
    name_solver_type(solver, root, source)
    return solver


def _as_text(message: Message) -> str:
    from google.protobuf import text_format

    text = text_format.MessageToString(message, as_utf8=True)
    return re.sub(rf"^( *\w+){EACH}(?=: )", r"\1", text, flags=re.MULTILINE)


class _Wanted(NamedTuple):
    """The state that is asked for, and the phase where neither that nor a text says one."""

    phase: Phase | None = None
    level: int | None = None
    stages: Sequence[str] = ()
    default: Phase = TRAIN


def _upgraded_solver(solver: Following, forms: Sequence[str] = ()) -> SolverParameter:
    """A solver whose own nets are in the current format, or in some forms."""
    from fillerkit.prototxt.forms import written

    param = type(solver.param)()
    param.CopyFrom(solver.param)
    for name in ("net_param", "train_net_param", "test_net_param"):
        blocks = [field for field in solver.root.fields if field.name == name]
        nets = getattr(param, name) if name == "test_net_param" else [getattr(param, name)]
        for net, block in zip(nets, blocks, strict=False):
            net.CopyFrom(written(net, block, solver.source, forms))
    return param


def _followed(
    solver: Following,
    found: NetOfSolver,
    sha256: str,
    wanted: _Wanted,
    *,
    passed: PassedOver | None = None,
    report: OnError = raised,
) -> NetText:
    """A net that a solver leads to."""
    if found.inline is not None:
        net, source = found.inline, solver.source
    else:
        assert found.path is not None
        net, source, sha256, _ = _load(found.path, solver.encoding)
    return _net(
        net,
        beside(solver.param, "NetParameter")(),
        source,
        sha256,
        wanted,
        passed=passed,
        report=report,
        solver_state=found.state,
        seed=random_seed(solver.param),
        notes=(solver.source.reading.note, found.note, *_notes_of(solver)),
    )


def _notes_of(solver: Following) -> Iterator[str]:
    """What a solver says that loading its net does not do; who does as Caffe does it."""
    if solver.param.weights and not solver.as_caffe:
        yield (
            f"the solver starts from weights: {', '.join(solver.param.weights)}; give them to init "
            "or fill as weights"
        )


def _net(
    root: Field,
    net: NetParameter,
    source: Source,
    sha256: str,
    wanted: _Wanted,
    *,
    passed: PassedOver | None,
    report: OnError,
    solver_state: NetState | None = None,
    seed: int | None = None,
    notes: tuple[str, ...] = (),
) -> NetText:
    bind(root, net, source, passed, report)
    state = _state(net, wanted, solver_state)
    layers, left_out = select(upgrade(net, root, source), state, source)
    return NetText(
        net.name,
        layers,
        left_out,
        state,
        source,
        sha256,
        seed,
        tuple(
            filter(
                None,
                dict.fromkeys((source.reading.note, *notes, *(passed.notes() if passed else ()))),
            )
        ),
        tuple(old_forms(net, root)),
        net.force_backward,
    )


def _state(net: NetParameter, wanted: _Wanted, solver_state: NetState | None) -> NetState:
    """Caffe's merge: a phase, then the net's own state, the solver's, and what is asked for.

    A level in the net's text counts only where a solver leads to it: pycaffe and the ``caffe``
    tool always set a level, 0 unless wanted.
    """
    state: NetState = beside(net, "NetState")(phase=wanted.default)
    state.MergeFrom(net.state)
    if solver_state is not None:
        state.MergeFrom(solver_state)
    else:
        state.level = 0
    if wanted.phase is not None:
        state.phase = wanted.phase
    if wanted.level is not None:
        state.level = wanted.level
    state.stage.extend(wanted.stages)
    return state


class _Loaded(NamedTuple):
    """A text: its fields, its digest, and the folder it stands in (None for a text)."""

    root: Field
    source: Source
    sha256: str
    folder: Path | None


def _load(path_or_text: str | os.PathLike[str], encoding: str | None = None) -> _Loaded:
    """Read a text, and choose how the names in it are read."""
    source, sha256, folder = _text(path_or_text)
    root = parse(source)
    found = reading(source.name, strings(root), encoding)
    return _Loaded(root, replace(source, reading=found), sha256, folder)


def _text(path_or_text: str | os.PathLike[str]) -> tuple[Source, str, Path | None]:
    wanted = "the path of a prototxt, or its text as a str"
    check_kind("path_or_text", path_or_text, (str, os.PathLike), wanted)
    if isinstance(path_or_text, str) and any(c in path_or_text for c in "\n{"):
        digest = _sha256(path_or_text.encode("utf-8", "surrogatepass"))
        return Source("<text>", path_or_text), digest, None
    if not os.fspath(path_or_text):
        raise UsageError("an empty path: give a prototxt's path or its text")
    path = Path(path_or_text)
    try:
        with open_regular(path) as file:
            data = file.read()
    except FileNotFoundError:
        raise PrototxtError(f"{path}: there is no such file") from None
    except OSError as error:
        raise PrototxtError(f"{path}: cannot be read: {error.strerror or error}") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PrototxtError(f"{path}: is in UTF-16; save it as UTF-8")
    if b"\0" in data[:4096]:
        raise PrototxtError(
            f"{path}: is binary, not a prototxt (a text like layer {{ name: ... }}); of a weight "
            "file fillerkit stats shows what is in it"
        )
    # Comments come in any encoding, which does not matter; of strings it is chosen by all of them.
    text = data.decode("utf-8", "surrogateescape")
    return Source(str(path), text), _sha256(data), path.parent


def _sha256(data: bytes) -> str:
    """A digest in hexadecimal, from the module that hashlib takes without OpenSSL, if it is there.

    OpenSSL takes longer to load than a small net to fill; Python's own `random` does the same.
    """
    python_3_12, python_3_11, always = "_sha2", "_sha256", "hashlib"
    module = next(name for name in (python_3_12, python_3_11, always) if find_spec(name))
    return str(import_module(module).sha256(data).hexdigest())
