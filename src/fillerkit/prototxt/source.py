"""The text that a net is read from, and how an offset in it becomes a line and a column."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from fillerkit.errors import Place


@dataclass(frozen=True)
class Source:
    """A prototxt's text and the name that messages give it."""

    name: str
    text: str = field(repr=False)

    def place(self, offset: int) -> Place:
        """The line and column, both from 1, of the character at `offset`."""
        line = bisect_right(self._line_starts, offset)
        if line == 1 and self.text.startswith("\ufeff"):
            offset -= 1  # a byte order mark is no column
        return Place(self.name, line, offset - self._line_starts[line - 1] + 1)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        starts.extend(i + 1 for i, character in enumerate(self.text) if character == "\n")
        return starts
