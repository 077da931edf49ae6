"""How names are read that are not UTF-8, by one rule for all files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.encoding import AS_UTF8, check_encoding, of_origin, reading, recorded
from fillerkit.errors import UsageError

NAME = "卷积1"


@pytest.mark.parametrize("said", [None, "gbk"])
def test_names_in_utf8_are_read_as_such_whatever_is_said(said: str | None) -> None:
    assert reading("x", [b"conv", NAME.encode()], said) == AS_UTF8


def test_names_in_gbk_are_found_out_and_told() -> None:
    found = reading("net.prototxt", [b"conv", NAME.encode("gbk")])
    assert found.encoding == "gb18030"
    assert found.note == (
        "net.prototxt: its names are not UTF-8 and are read as gb18030, the first one as '卷积1'; "
        "--encoding (encoding= in Python) says another"
    )


def test_what_gbk_cannot_be_is_read_as_latin_1() -> None:
    found = reading("x", [NAME.encode("gbk"), b"caf\xe9"])
    assert found.encoding == "latin-1"


def test_all_names_are_read_alike() -> None:
    """Some names of GBK could be UTF-8 by chance: \xc1\xaa\xcd\xa8 alone could not be told."""
    assert reading("x", ["联通".encode("gbk"), NAME.encode("gbk")]).encoding == "gb18030"


def test_an_encoding_that_is_said_needs_no_note() -> None:
    assert reading("x", ["たたみ".encode("shift_jis")], "shift_jis") == ("shift_jis", "")


def test_names_that_are_not_in_the_encoding_that_is_said_are_refused() -> None:
    with pytest.raises(UsageError, match=r"^x: its names are neither UTF-8 nor ascii: encoding"):
        reading("x", [b"\xff"], "ascii")


@pytest.mark.parametrize(
    "name",
    ["gkb", "hex", "utf-16", "utf-7", "cp037", "unicode_escape", "raw_unicode_escape", "", "a\0b"],
)
def test_what_is_no_encoding_of_names_is_refused_though_all_are_ascii(name: str) -> None:
    with pytest.raises(UsageError, match="encoding is a name that Python knows"):
        reading("x", [], name)


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=3))
def test_a_guess_gives_the_same_bytes_again(names: list[bytes]) -> None:
    encoding = reading("x", names).encoding
    assert [name.decode(encoding).encode(encoding) for name in names] == names


def test_an_origin_records_an_encoding_that_is_not_utf8() -> None:
    assert recorded("utf-8") == {}
    assert of_origin({"net": "x"} | recorded("gb18030")) == "gb18030"


@pytest.mark.parametrize("anything", ["hex", 5, None, ["gbk"], "utf-16"])
def test_an_origin_that_says_anything_else_means_utf8(anything: object) -> None:
    assert of_origin({"encoding": anything}) == "utf-8"


def test_a_word_that_is_said_of_nothing_is_no_error() -> None:
    check_encoding(None)
