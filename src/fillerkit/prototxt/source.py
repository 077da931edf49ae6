"""The text that a net is read from, and how an offset in it becomes a line and a column."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from fillerkit.encoding import AS_UTF8, Reading
from fillerkit.errors import Place
from fillerkit.prototxt.nearby import Schemas


@dataclass(frozen=True)
class Source:
    """A prototxt's text and the name that messages give it.

    Attributes
    ----------
    name : str
    text : str
        Bytes that are not UTF-8 are surrogates in it.
    reading : Reading
        How its strings are read.
    """

    name: str
    text: str = field(repr=False)
    reading: Reading = AS_UTF8

    def place(self, offset: int) -> Place:
        """The line and column, both from 1, of the character at `offset`."""
        line = bisect_right(self._line_starts, offset)
        if line == 1 and self.text.startswith("\ufeff"):
            offset -= 1  # a byte order mark is no column
        return Place(self.name, line, offset - self._line_starts[line - 1] + 1)

    def string(self, literal: str) -> str:
        """A string of the text as its encoding has it.

        Raises
        ------
        UnicodeError
            It is not in that encoding.
        """
        if literal.isascii():
            return literal
        return literal.encode("utf-8", "surrogateescape").decode(self.reading.encoding)

    @cached_property
    def schemas(self) -> Schemas:
        """The schemas of forks near the file."""
        return Schemas(self.name)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        starts.extend(i + 1 for i, character in enumerate(self.text) if character == "\n")
        return starts
