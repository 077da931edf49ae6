"""A whole net looked through: every problem and every warning at once, nothing filled."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, Unpack

from fillerkit.checks.solver import misnamed, unshared
from fillerkit.checks.warning import Finding, findings, warnings
from fillerkit.checks.weights import Start
from fillerkit.errors import (
    FillerkitError,
    LayerError,
    Place,
    PrototxtError,
    UsageError,
    check_kind,
    what_there_is,
)
from fillerkit.filling.transferred import Weights
from fillerkit.layers.registry import is_unknown_type
from fillerkit.nets.asked import Asked, read
from fillerkit.nets.builder import build
from fillerkit.nets.net import Net
from fillerkit.prototxt import Field, NetText, read_nets


class Report(NamedTuple):
    """What `check` found.

    Attributes
    ----------
    problems : tuple of FillerkitError
        Why the net cannot be filled, in the order of its lines.
    warnings : tuple of Finding
        What is allowed and rarely meant, of all layers without a problem.
    net : Net or None
        The net; None where there are problems. With weights it has their values, and a note of
        what they brought.
    """

    problems: tuple[FillerkitError, ...]
    warnings: tuple[Finding, ...]
    net: Net | None

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.problems, *self.warnings)))


def check(
    path_or_text: str | os.PathLike[str] | Net,
    *,
    ignore: Sequence[str] = (),
    weights: Weights | Sequence[Weights] | None = None,
    **asked: Unpack[Asked],
) -> Report:
    """Read a net and work out every shape, and tell all that is wrong or odd at once.

    Parameters
    ----------
    path_or_text
        As for `load_net`. Of a solver, the train net and the test nets are looked at together,
        unless a phase is asked for; what is found says in which of them. Or a net that is read
        already, to which nothing can be asked.
    ignore
        Codes of warnings that are not wanted: ``["xavier-relu"]``.
    weights
        Weight files, or blobs, that the net is to start from: what is odd in how a layer starts is
        then said of their values, and a layer that does not fit is a problem.
    **asked
        The keywords of `load_net`, without `python_layers`.

    Raises
    ------
    UsageError
        An argument makes no sense. Whatever the net itself has wrong is in the report.

    Examples
    --------
    >>> import fillerkit as fk
    >>> report = fk.check('''
    ...   layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 } } }
    ...   layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
    ...           inner_product_param { num_output: 3 } }
    ... ''')
    >>> [(finding.layer, finding.code) for finding in report.warnings]
    [('ip', 'zero-weights')]
    """
    _check_codes(ignore)
    start = None
    if weights is not None:
        start = Start(weights, asked.get("encoding"), asked.get("proto"))
    if isinstance(path_or_text, Net):
        if asked:
            raise UsageError(f"the net is read already: {', '.join(asked)} cannot be asked of it")
        net, misfits = (path_or_text, []) if start is None else start.of(path_or_text)
        kept = tuple(each for each in findings(net) if each.code not in ignore)
        return Report(tuple(misfits), kept, None if misfits else net)
    problems: list[FillerkitError] = []
    texts: list[NetText] = []
    looked: list[_Looked] = []
    of_text: dict[str, Any] = dict(asked)
    of_layers = {name: of_text.pop(name) for name in _OF_LAYERS if name in of_text}
    unknown_type = None if of_layers.get("strict_layers") else is_unknown_type
    try:
        for text in read_nets(
            path_or_text, report=problems.append, unknown_type=unknown_type, **of_text
        ):
            texts.append(text)
    except UsageError:
        raise
    except FillerkitError as error:
        problems.append(error)
    unread = tuple(problems)
    for text in texts:
        looked.append(_look(text, _of_net(of_layers, text, texts), unread, start))
    # The nets of a solver may be of one file, which is read for each.
    problems = [*{str(error): error for error in problems}.values(), *_problems(looked)]
    found = tuple(each for each in _warnings(looked) if each.code not in ignore)
    problems = _each_field_once(problems)
    problems.sort(key=lambda error: error.line or 0)
    return Report(tuple(problems), found, None if problems else looked[0].net)


def _check_codes(codes: Sequence[str]) -> None:
    wanted = "a list of codes, like ['xavier-relu']"
    check_kind("ignore", codes, (list, tuple, set, frozenset), wanted)
    for code in codes:
        if code not in warnings:
            near = what_there_is(str(code), warnings)
            raise UsageError(f"no warning has the code '{code}'{near}")


_OF_LAYERS = ("shapes", "dialect", "types", "params", "fillers", "strict_layers")


class _Looked(NamedTuple):
    """What is found in one net."""

    net: Net | None
    problems: list[FillerkitError]
    warnings: list[Finding]


def _look(
    text: NetText,
    of_layers: Mapping[str, Any],
    unread: Sequence[FillerkitError],
    start: Start | None,
) -> _Looked:
    problems: list[FillerkitError] = []
    fields = _Unread(text, unread)

    def report(error: FillerkitError) -> None:
        if not fields.explains(error):
            problems.append(error)

    try:
        net = build(*read(text, **of_layers), report)
        if start is not None and not problems:
            net, misfits = start.of(net)
            problems += misfits
    except UsageError:
        raise
    except FillerkitError as error:
        return _Looked(None, [*problems, error], [])
    warnings = [each for each in findings(net) if each.layer not in fields.layers]
    return _Looked(net, problems, warnings)


def _of_net(
    of_layers: Mapping[str, Any], text: NetText, texts: Sequence[NetText]
) -> dict[str, Any]:
    """What is said of layers and blobs, without those that only another net of `texts` has."""
    others = {name for other in texts for name in _names(other)} - _names(text)
    return {
        keyword: {name: said for name, said in value.items() if name not in others}
        if keyword in ("shapes", "types", "params") and value
        else value
        for keyword, value in of_layers.items()
    }


def _names(text: NetText) -> set[str]:
    return {
        name
        for layer, _ in text.layers
        for name in (layer.name, layer.type, *layer.bottom, *layer.top)
    }


def _problems(looked: Sequence[_Looked]) -> Iterator[FillerkitError]:
    """The problems of all nets, and of what a test net takes from the train net."""
    for names, error in _once([each.problems for each in looked]):
        error.within = (names, *error.within) if names else error.within
        yield error
    for name, train, test in _tests(looked):
        for error in unshared(train, test):
            error.within = (name, *error.within)
            yield error


def _warnings(looked: Sequence[_Looked]) -> list[Finding]:
    found = list(
        _once([_of_start(each.warnings, is_test=at > 0) for at, each in enumerate(looked)])
    )
    found += [(name, each) for name, *nets in _tests(looked) for each in misnamed(*nets)]
    named = [
        each._replace(message=f"{names}: {each.message}") if names else each
        for names, each in found
    ]
    return sorted(named, key=lambda each: each.place.line)


def _of_start(found: Sequence[Finding], *, is_test: bool) -> list[Finding]:
    """The warnings of one net, without those that hold no longer once the train net has run."""
    return [each for each in found if not (is_test and each.code == "zero-statistics")]


def _tests(looked: Sequence[_Looked]) -> Iterator[tuple[str, Net, Net]]:
    """Each test net with its name, beside the train net."""
    for at, each in enumerate(looked[1:], 1):
        if looked[0].net is not None and each.net is not None:
            yield _name(at, len(looked)), looked[0].net, each.net


_T = TypeVar("_T", FillerkitError, Finding)


def _once(found: Sequence[Sequence[_T]]) -> Iterator[tuple[str, _T]]:
    """What is found in each net, with the net's name; the same in several nets with all names."""
    names: dict[tuple[str, int], list[str]] = {}
    first: dict[tuple[str, int], _T] = {}
    for at, of_net in enumerate(found):
        again: Counter[str] = Counter()
        for each in of_net:
            key = str(each), again[str(each)]
            again[str(each)] += 1
            first.setdefault(key, each)
            names.setdefault(key, []).append(_name(at, len(found)))
    for key, each in first.items():
        yield " and ".join(filter(None, names[key])), each


def _name(at: int, count: int) -> str:
    """What a net is called among the `count` nets of a solver; "" where it is the only one."""
    if count < 2:
        return ""
    return ("test net" if count == 2 else f"test net {at}") if at else "train net"


class _Unread:
    """The fields of a net that could not be read, and what cannot be said of it because of them.

    Attributes
    ----------
    layers : set of str
        The names of the layers that have such a field.
    """

    def __init__(self, text: NetText, problems: Sequence[FillerkitError]) -> None:
        errors = [error for error in problems if isinstance(error, PrototxtError)]
        fields = [error.unread for error in errors if isinstance(error.unread, Field)]
        wrong = {id(field) for field in fields}
        self._words = {inner.literal for field in fields for inner in _inside(field)}
        self._starts = sorted(text.place(field)[1:] for _, field in text.layers)
        self._doubtful: set[int] = set()
        self.layers: set[str | None] = set()
        blobs: set[str] = set()
        for layer, field in text.layers:
            is_wrong = any(id(inner) in wrong for inner in _inside(field, "param"))
            if is_wrong:
                self.layers.add(layer.name)
            if is_wrong or not blobs.isdisjoint(layer.bottom):
                self._doubtful.add(self._layer(text.place(field)))
                blobs.update(layer.top)

    def explains(self, error: FillerkitError) -> bool:
        """Whether an error may only follow from them.

        A layer that takes what a layer with such a field makes may be right, but for its type, its
        fillers' types, and bottoms that nothing makes.
        """
        if not isinstance(error, LayerError) or error.place is None or error.field == "type":
            return False
        if error.missing:
            return error.missing in self._words
        return self._layer(error.place) in self._doubtful

    def _layer(self, place: Place) -> int:
        return bisect_right(self._starts, place[1:])


def _inside(field: Field, but: str = "") -> Iterator[Field]:
    """A field and all in it, without the blocks directly in it that are called `but`."""
    yield field
    inside = [inner for inner in field.fields if inner.name != but]
    while inside:  # blocks may lie deeper in one another than functions may call one another
        inner = inside.pop()
        yield inner
        inside += inner.fields


def _each_field_once(problems: Iterable[FillerkitError]) -> list[FillerkitError]:
    """The problems, an unknown field that stands in several places told once, with how often."""
    first: dict[str, FillerkitError] = {}
    again: Counter[str] = Counter()
    kept = []
    for error in problems:
        if isinstance(error, PrototxtError) and error.unknown:
            again[error.message] += 1
            if first.setdefault(error.message, error) is not error:
                continue
        kept.append(error)
    for message, error in first.items():
        if more := again[message] - 1:
            error.words += (f" (and {more:,} time{'s' * (more != 1)} more)",)
    return kept
