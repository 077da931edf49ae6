"""A prototxt changed here and there, with all else in it as it was: comments, order, blanks."""

from __future__ import annotations

import re
from typing import NamedTuple

from fillerkit.prototxt.text import Field


class _Edit(NamedTuple):
    begin: int
    end: int
    text: str


class Edits:
    """Changes of a text, made all at once.

    Parameters
    ----------
    text
        That the fields which are changed were read from.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[_Edit] = []

    def set(self, field: Field, value: str) -> None:
        """Write another value, as it is to stand in the text, in the place of a field's."""
        self._edits.append(_Edit(field.value_offset, field.end, value))

    def remove(self, field: Field) -> None:
        """Take a field out: with its lines, where nothing else stands in them.

        Comments outside of it stay. Of blank lines before and behind it only those before do.
        """
        begin, end = field.offset, field.end
        end = _matched(r"[ \t]*[,;]", self._text, end)
        line = self._text.rfind("\n", 0, begin) + 1
        rest = _matched(r"[ \t]*(\r?\n|\Z)", self._text, end)
        if not self._text[line:begin].strip(" \t\ufeff") and rest > end:
            begin, end = line + self._text.startswith("\ufeff", line), rest
            if not self._text[:begin].rpartition("\n")[0].rpartition("\n")[2].strip():
                end = _matched(r"([ \t]*\r?\n)*", self._text, end)
        elif rest == end:
            end = _matched(r"[ \t]*", self._text, end)
        self._edits.append(_Edit(begin, end, ""))

    def __str__(self) -> str:
        """The text as it is then."""
        pieces, at = [], 0
        for edit in sorted(self._edits):
            pieces += [self._text[at : edit.begin], edit.text]
            at = edit.end
        return "".join([*pieces, self._text[at:]])


def _matched(pattern: str, text: str, at: int) -> int:
    """The end of what fits a pattern at a place; the place itself, if nothing does."""
    match = re.compile(pattern).match(text, at)
    return match.end() if match else at
