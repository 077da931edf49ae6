"""A whole net looked through: every problem and every warning at once, nothing filled."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Unpack

from fillerkit.checks.warning import Finding, findings, warnings
from fillerkit.errors import (
    FillerkitError,
    LayerError,
    Place,
    PrototxtError,
    UsageError,
    did_you_mean,
)
from fillerkit.nets.asked import Asked, read
from fillerkit.nets.builder import build
from fillerkit.nets.net import Net
from fillerkit.prototxt import Field, NetText


class Report(NamedTuple):
    """What `check` found.

    Attributes
    ----------
    problems : tuple of FillerkitError
        Why the net cannot be filled, in the order of its lines.
    warnings : tuple of Finding
        What is allowed and rarely meant, of all layers without a problem.
    net : Net or None
        The net; None where there are problems.
    """

    problems: tuple[FillerkitError, ...]
    warnings: tuple[Finding, ...]
    net: Net | None

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.problems, *self.warnings)))


def check(
    path_or_text: str | os.PathLike[str], *, ignore: Sequence[str] = (), **asked: Unpack[Asked]
) -> Report:
    """Read a net and work out every shape, and tell all that is wrong or odd at once.

    Parameters
    ----------
    path_or_text
        As for `load_net`.
    ignore
        Codes of warnings that are not wanted: ``["xavier-relu"]``.
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
    for code in ignore:
        if code not in warnings:
            near = did_you_mean(code, warnings) or f"; the codes are {', '.join(warnings)}"
            raise UsageError(f"no warning has the code '{code}'{near}")
    problems: list[FillerkitError] = []
    found: list[Finding] = []
    net = None
    try:
        text, choices = read(path_or_text, problems.append, **asked)
        unread = _Unread(text, problems)

        def report(error: FillerkitError) -> None:
            if not unread.explains(error):
                problems.append(error)

        net = build(text, choices, report)
        found = [each for each in findings(net) if each.layer not in unread.layers]
    except UsageError:
        raise
    except FillerkitError as error:
        problems.append(error)
    wanted = tuple(finding for finding in found if finding.code not in ignore)
    problems = _each_field_once(problems)
    problems.sort(key=lambda error: error.line or 0)
    return Report(tuple(problems), wanted, None if problems else net)


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
    for inner in field.fields:
        if inner.name != but:
            yield from _inside(inner)


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
