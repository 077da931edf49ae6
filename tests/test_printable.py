"""What a person may see of a text from outside."""

from __future__ import annotations

import pickle
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.errors import Keyword, Line, Place
from fillerkit.printable import printable


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\u202e\u2066\u200e\u2028\u2029", r"\u202e\u2066\u200e\u2028\u2029"),
        ("\ud800\udce9", r"\ud800\udce9"),
        ("\U000e0001\u0378", r"\U000e0001\u0378"),
    ],
)
def test_what_has_no_look_is_shown_as_its_escape(text: str, seen: str) -> None:
    assert printable(text) == seen


@pytest.mark.parametrize("text", ["", "conv 1", "\\x1b", "卷积", "свёртка", "طبقة", "é ñ", "→ …"])
def test_letters_of_every_script_stay(text: str) -> None:
    assert printable(text) == text


@given(st.text())
def test_nothing_that_moves_a_terminal_is_left_and_again_changes_nothing(text: str) -> None:
    seen = printable(text)
    assert not {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"} & set(map(unicodedata.category, seen))
    assert printable(seen) == seen


@given(st.text(), st.text(), st.text(), st.text())
def test_an_error_is_of_one_line_whatever_is_in_its_words(a: str, b: str, c: str, d: str) -> None:
    error = fk.LayerError(a, Keyword("rename", {b: c}), place=Place(d, 1, 2))
    error.within = (b, c)
    for seen in (str(error), error.message, error.told(lambda _: d)):
        assert seen.isprintable()


def test_the_parts_of_an_error_stay_as_they_are_for_programs() -> None:
    error = fk.LayerError("a\nb", layer="\x1b", field="\r", place=Place("\n", 1, 2))
    error.within = ("\x9b",)
    assert (error.words, error.within) == (("a\nb",), ("\x9b",))
    assert (error.layer, error.field, error.file) == ("\x1b", "\r", "\n")


def test_an_error_has_the_line_breaks_that_are_its_own() -> None:
    error = fk.UsageError("two:", Line("  a\n"), Line("  b"), " c")
    assert str(error) == "two:\n  a\\n\n  b c"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
