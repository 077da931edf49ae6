"""A net's text, cut into the lines of each layer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fillerkit.nets.net import Net
from fillerkit.printable import printable

# What tells where braces are closed. Strings are matched possessively (*+): a line may be long. A
# string does not go on in a next line. The colours of the text are the page's script's.
_TOKEN = re.compile(
    r"""
      (?P<comment> \#.* )
    | (?P<string> "(?:[^"\\]|\\.)*+"? | '(?:[^'\\]|\\.)*+'? )
    | (?P<brace> [{}<>] )
    """,
    re.VERBOSE,
)


class Part(NamedTuple):
    """Lines of a block: from one that the page leads to, or the block's first, to the next such."""

    first: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, each line with its end."""
        return "".join(f"{line}\n" for line in self.lines)


@dataclass(frozen=True)
class Block:
    """Lines that follow one another, of one layer or of none.

    Attributes
    ----------
    at : int or None
        The layer's index in the net; where a line has several layers, that of the first.
    name : str
        The layer's, or "".
    parts : tuple of Part
    """

    at: int | None
    name: str
    parts: tuple[Part, ...]

    @property
    def numbers(self) -> str:
        """The numbers of its lines, one a line."""
        first = self.parts[0].first
        count = sum(len(part.lines) for part in self.parts)
        return "\n".join(map(str, range(first, first + count)))


def blocks(net: Net, linked: Collection[int] = ()) -> tuple[Block, ...]:
    """All lines of the text that a net was read from; each `linked` one begins a part."""
    lines = list(_lines(net.text))
    starts: dict[int, int] = {}
    for at, layer in enumerate(net.layers):
        starts.setdefault(layer.line, at)
    found: list[Block] = []

    def add(at: int | None, name: str, first: int, last: int) -> None:
        if first <= last:
            found.append(Block(at, name, tuple(_parts(lines, first, last, linked))))

    here = 0
    for first in sorted(line for line in starts if line <= len(lines)):
        if first <= here:
            continue
        add(None, "", here + 1, first - 1)
        at = starts[first]
        here = _last(lines, first)
        add(at, net.layers[at].name, first, here)
    add(None, "", here + 1, len(lines))
    return tuple(found)


def _lines(text: str) -> Iterator[str]:
    """The lines in characters that have a look."""
    rows = text.removeprefix("\ufeff").split("\n")
    if rows[-1] == "":
        rows.pop()
    return (printable(row.rstrip("\r").expandtabs()) for row in rows)


def _parts(lines: Sequence[str], first: int, last: int, linked: Collection[int]) -> Iterator[Part]:
    starts = [first, *(number for number in range(first + 1, last + 1) if number in linked)]
    for start, end in zip(starts, [*starts[1:], last + 1], strict=True):
        yield Part(start, tuple(lines[start - 1 : end - 1]))


def _last(lines: Sequence[str], first: int) -> int:
    """The line in which what begins in line `first` ends: where its braces are closed."""
    depth = 0
    opened = False
    for number, line in enumerate(lines[first - 1 :], first):
        for found in _TOKEN.finditer(line):
            if found.lastgroup == "brace":
                opened = True
                depth += 1 if found[0] in "{<" else -1
            elif found.lastgroup == "string" and not opened:
                return number  # input: "data"
        if opened and depth <= 0:
            return number
    return len(lines)
