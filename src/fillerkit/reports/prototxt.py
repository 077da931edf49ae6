"""A net's text, line by line, with colours, and with the layer that each line belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fillerkit.nets.net import Net
from fillerkit.printable import printable

# Strings are matched possessively (*+): a line may be long. A string does not go on in a next line.
_TOKEN = re.compile(
    r"""
      (?P<comment> \#.* )
    | (?P<string> "(?:[^"\\]|\\.)*+"? | '(?:[^'\\]|\\.)*+'? )
    | (?P<field> [A-Za-z_]\w*+ (?=\s*+[:{<]) )
    | (?P<word> [A-Za-z_]\w*+ )
    | (?P<number> [-+]?\.?[0-9][\w.]*+ )
    | (?P<brace> [{}<>] )
    """,
    re.VERBOSE,
)

Part = tuple[str, str]
"""What a part of a line is (``"string"``, or ``""``), and its text."""


@dataclass(frozen=True)
class Line:
    """A line of the text: its number, from 1, and its parts."""

    number: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Block:
    """Lines that follow one another, of one layer or of none.

    Attributes
    ----------
    at : int or None
        The layer's index in the net; where a line has several layers, that of the first.
    name : str
        The layer's, or "".
    lines : tuple of Line
    """

    at: int | None
    name: str
    lines: tuple[Line, ...]


def blocks(net: Net) -> tuple[Block, ...]:
    """All lines of the text that a net was read from."""
    lines = [Line(number, tuple(_parts(row))) for number, row in _rows(net.text)]
    starts: dict[int, int] = {}
    for at, layer in enumerate(net.layers):
        starts.setdefault(layer.line, at)
    found: list[Block] = []
    here = 0
    for first in sorted(line for line in starts if line <= len(lines)):
        if first <= here:
            continue
        last = _last(lines, first)
        if first > here + 1:
            found.append(Block(None, "", tuple(lines[here : first - 1])))
        at = starts[first]
        found.append(Block(at, net.layers[at].name, tuple(lines[first - 1 : last])))
        here = last
    if here < len(lines):
        found.append(Block(None, "", tuple(lines[here:])))
    return tuple(found)


def _rows(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, in characters that have a look."""
    rows = text.removeprefix("\ufeff").split("\n")
    if rows[-1] == "":
        rows.pop()
    for number, row in enumerate(rows, 1):
        yield number, printable(row.rstrip("\r").expandtabs())


def _parts(row: str) -> Iterator[Part]:
    here = 0
    for found in _TOKEN.finditer(row):
        if found.start() > here:
            yield "", row[here : found.start()]
        yield found.lastgroup or "", found[0]
        here = found.end()
    if here < len(row):
        yield "", row[here:]


def _last(lines: Sequence[Line], first: int) -> int:
    """The line in which what begins in line `first` ends: where its braces are closed."""
    depth = 0
    opened = False
    for line in lines[first - 1 :]:
        for kind, text in line.parts:
            if kind == "brace":
                opened = True
                depth += 1 if text in "{<" else -1
            elif kind in ("string", "number") and not opened:
                return line.number  # input: "data"
        if opened and depth <= 0:
            return line.number
    return len(lines)
