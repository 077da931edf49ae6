"""A whole net looked through: every problem and every warning at once, nothing filled."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Unpack

from fillerkit.checks.warning import Finding, findings, warnings
from fillerkit.errors import FillerkitError, LayerError, Place, UsageError, did_you_mean
from fillerkit.nets.asked import Asked, read
from fillerkit.nets.builder import build
from fillerkit.nets.net import Net
from fillerkit.prototxt import NetText


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
    net = None
    try:
        text, choices = read(path_or_text, problems.append, **asked)
        misread = _Misread(text, [error.place for error in problems if error.place])

        def report(error: FillerkitError) -> None:
            of_its_own = isinstance(error, LayerError) and error.field in ("type", "bottom")
            if error.place is None or of_its_own or not misread.has(error.place):
                problems.append(error)

        net = build(text, choices, report)
    except UsageError:
        raise
    except FillerkitError as error:
        problems.append(error)
    found = () if net is None else findings(net)
    wanted = tuple(finding for finding in found if finding.code not in ignore)
    problems.sort(key=lambda error: error.line or 0)
    return Report(tuple(problems), wanted, None if problems else net)


class _Misread:
    """The layers of which a field could not be read, so that what follows from it says nothing."""

    def __init__(self, text: NetText, places: Sequence[Place]) -> None:
        layers = [*text.layers, *text.left_out]
        self._starts = sorted(text.place(field)[1:] for _, field in layers)
        self._at = {self._layer(place) for place in places if place.file == text.source.name}

    def has(self, place: Place) -> bool:
        """Whether the layer that `place` lies in is one of them."""
        return self._layer(place) in self._at

    def _layer(self, place: Place) -> int:
        return bisect_right(self._starts, place[1:])
