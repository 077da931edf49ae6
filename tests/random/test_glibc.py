"""The C library's rand()."""

from __future__ import annotations

import fillerkit as fk


def test_the_numbers_are_glibcs() -> None:
    rand = fk.GlibcRand()
    assert [rand.next() for _ in range(6)] == [  # from glibc 2.36, not seeded
        *(1804289383, 846930886, 1681692777, 1714636915, 1957747793, 424238335),
    ]


def test_a_shuffle_is_that_of_the_standard_library() -> None:
    items = list(range(6))
    fk.GlibcRand().shuffle(items)
    assert items == [4, 3, 1, 2, 0, 5]  # from libstdc++ 12
