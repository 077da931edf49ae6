"""Offsets in a text as lines and columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.errors import Place
from fillerkit.prototxt.source import Source


@pytest.mark.parametrize(
    ("offset", "line", "column"), [(0, 1, 1), (1, 1, 2), (2, 1, 3), (3, 2, 1), (4, 3, 1), (5, 3, 2)]
)
def test_lines_and_columns_count_from_one(offset: int, line: int, column: int) -> None:
    assert Source("net", "ab\n\nc").place(offset) == Place("net", line, column)


@given(st.text(alphabet="ab\n\r\té"), st.data())
def test_a_place_is_what_stands_before_it(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    place = Source("net", text).place(offset)
    before = text[:offset].split("\n")
    assert (place.line, place.column) == (len(before), len(before[-1]) + 1)
