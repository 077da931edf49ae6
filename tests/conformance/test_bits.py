"""The file of digests that every machine is held against: it says what this one makes."""

from __future__ import annotations

import bits


def test_the_digests_on_file_are_those_of_what_is_made_here() -> None:
    assert bits.differing(dict(bits.digests()), bits.written()) == []


def test_other_bits_a_new_name_and_a_lost_one_are_named() -> None:
    wanted = {"a": "1", "b": "2", "c": "3"}
    assert bits.differing({"a": "1", "b": "9", "d": "4"}, wanted) == ["b", "c", "d"]


def test_a_weight_file_may_be_missing_where_its_library_is_but_not_differ() -> None:
    wanted = {"file/h5": "1", "file/npz": "2"}
    assert bits.differing({"file/npz": "2"}, wanted) == []
    assert bits.differing({"file/npz": "3"}, wanted) == ["file/npz"]
