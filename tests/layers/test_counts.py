"""Numbers of bottoms and tops."""

from __future__ import annotations

import pytest

from fillerkit.layers.counts import Span, counted, is_within


@pytest.mark.parametrize(
    ("span", "words", "within", "outside"),
    [
        ((1, 1), "1 bottom", 1, 0),
        ((0, 0), "no bottoms", 0, 1),
        ((2, None), "2 bottoms or more", 9, 1),
        ((1, 3), "1 to 3 bottoms", 3, 4),
    ],
)
def test_a_span_is_said_in_words_and_holds_both_its_ends(
    span: Span, words: str, within: int, outside: int
) -> None:
    assert counted(span, "bottom") == words
    assert is_within(span, within)
    assert not is_within(span, outside)
