"""CRC-32: the same number from the kernels and from zlib."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from fillerkit.formats.checksum import crc32


@given(st.binary(max_size=300), st.integers(0, 2**32 - 1))
def test_it_is_zlib_s(data: bytes, before: int) -> None:
    assert crc32(data, before) == zlib.crc32(data, before)


@given(st.binary(min_size=1, max_size=40), st.integers(1, 200), st.integers(0, 8000))
def test_pieces_of_any_length_add_up(data: bytes, times: int, cut: int) -> None:
    whole = data * times
    assert crc32(whole[cut:], crc32(whole[:cut], 0)) == zlib.crc32(whole)
