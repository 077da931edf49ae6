"""A file in memory that behaves as one on the disk, and takes what was written only."""

from __future__ import annotations

import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from fillerkit.formats.sparse import SparseFile

STEPS = st.lists(
    st.tuples(st.just("write"), st.integers(0, 20_000), st.binary(max_size=9000))
    | st.tuples(st.just("read"), st.integers(0, 30_000), st.integers(0, 9000)),
    max_size=8,
)


@given(STEPS)
def test_it_reads_as_a_file_does(steps: list[tuple[str, int, bytes | int]]) -> None:
    ours, theirs = SparseFile(), io.BytesIO()
    for kind, at, what in steps:
        assert ours.seek(at) == theirs.seek(at)
        if kind == "write":
            assert isinstance(what, bytes)
            assert ours.write(what) == (theirs.write(what) if what else 0)
        else:
            assert isinstance(what, int)
            assert ours.read(what) == theirs.read(what)
        assert ours.tell() == theirs.tell()
    assert ours.size == len(theirs.getvalue())
    copy = bytearray(ours.size)
    for begin, page in ours.pages():
        copy[begin : begin + len(page)] = page
    assert copy == theirs.getvalue()


def test_what_was_not_written_takes_no_room() -> None:
    tracemalloc.start()
    file = SparseFile()
    file.seek(10**15)
    file.write(b"end")
    file.truncate(10**16)
    assert [len(page) for _, page in file.pages()] == [4096]
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
