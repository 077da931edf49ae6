"""The reader of LMDBs against the library that writes them, and against damaged files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillerkit.errors import LayerError
from fillerkit.sources.lmdb import values

lmdb: Any = pytest.importorskip("lmdb")

Write = Callable[[str, Mapping[bytes, bytes]], None]

RECORDS = {b"%d" % i: bytes([65 + i]) * 5000 for i in range(5)}


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in folder.iterdir()}


@given(
    st.dictionaries(
        st.binary(min_size=1, max_size=500),
        st.one_of(st.binary(max_size=100), st.integers(0, 9000).map(bytes)),
        max_size=60,
    )
)
@settings(max_examples=50)
def test_the_values_come_in_the_order_of_their_keys(records: dict[bytes, bytes]) -> None:
    with TemporaryDirectory() as folder:
        with lmdb.open(folder, map_size=1 << 24) as database, database.begin(write=True) as batch:
            for key, value in records.items():
                batch.put(key, value)
        assert list(values(Path(folder))) == [records[key] for key in sorted(records)]


def test_a_deep_tree_is_gone_down_to_its_leaf(here: Path, write_lmdb: Write) -> None:
    write_lmdb("db", {b"%0400d" % i: b"%d" % i for i in range(3000)})
    with lmdb.open("db", readonly=True, lock=False) as database:
        assert database.stat()["depth"] >= 4
    assert list(values(here / "db")) == [b"%d" % i for i in range(3000)]


def test_the_last_transaction_counts(here: Path, write_lmdb: Write) -> None:
    for number in range(9, 0, -1):
        write_lmdb("db", {b"%d" % number: b"record %d" % number})
        assert list(values(here / "db"))[:1] == [b"record %d" % number]


def test_a_record_that_was_deleted_is_not_found(here: Path, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": b"first", b"1": b"second"})
    with lmdb.open("db") as database, database.begin(write=True) as batch:
        batch.delete(b"0")
    assert list(values(here / "db")) == [b"second"]


def test_a_database_that_lost_all_its_records_has_none(here: Path, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": b"first"})
    with lmdb.open("db") as database, database.begin(write=True) as batch:
        batch.delete(b"0")
    assert not list(values(here / "db"))


def test_a_database_in_use_is_read(here: Path, write_lmdb: Write) -> None:
    write_lmdb("db", RECORDS)
    with lmdb.open("db") as database, database.begin(write=True) as batch:
        batch.put(b"!", b"not yet")
        assert list(values(here / "db")) == list(RECORDS.values())


def test_nothing_is_changed(here: Path, write_lmdb: Write) -> None:
    write_lmdb("db", RECORDS)
    (here / "db" / "lock.mdb").unlink()
    before = state(here / "db")
    list(values(here / "db"))
    assert state(here / "db") == before


@pytest.mark.parametrize("size", [0, 1, 100, 152, 4096, 8191, 8192, 12288, 16000])
def test_a_file_that_is_cut_off_is_refused(here: Path, write_lmdb: Write, size: int) -> None:
    write_lmdb("db", RECORDS)
    file = here / "db" / "data.mdb"
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(LayerError, match=r"data\.mdb is cut off after") as refusal:
        list(values(here / "db"))
    assert refusal.value.field == "data_param.source"


def test_a_file_that_is_something_else_is_refused(here: Path) -> None:
    (here / "data.mdb").write_bytes(b"something else" * 2000)
    with pytest.raises(LayerError, match=r"data\.mdb does not begin as LMDB's do"):
        list(values(here))


def test_a_file_of_zeros_past_its_start_is_refused(here: Path, write_lmdb: Write) -> None:
    write_lmdb("db", RECORDS)
    file = here / "db" / "data.mdb"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    with pytest.raises(LayerError, match="leads to a page that is none"):
        list(values(here / "db"))


def test_a_page_that_leads_to_itself_is_refused(here: Path, write_lmdb: Write) -> None:
    write_lmdb("db", {b"%0400d" % i: b"" for i in range(100)})
    file = here / "db" / "data.mdb"
    data = bytearray(file.read_bytes())
    root = int.from_bytes(data[4096 + 128 : 4096 + 136], "little")
    start = root * 4096
    node = start + int.from_bytes(data[start + 16 : start + 18], "little")
    data[node : node + 6] = root.to_bytes(6, "little")
    file.write_bytes(data)
    with pytest.raises(LayerError, match="leads to a page that is none"):
        list(values(here / "db"))


def test_a_database_of_databases_is_refused(here: Path) -> None:
    with lmdb.open("db", max_dbs=1) as database:
        inner = database.open_db(b"inner")
        with database.begin(write=True, db=inner) as batch:
            batch.put(b"0", b"first")
    with pytest.raises(LayerError, match="a database inside it"):
        list(values(here / "db"))


@given(st.data())
@settings(max_examples=200)
def test_no_damage_gets_past_the_errors(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        with lmdb.open(folder) as database, database.begin(write=True) as batch:
            for key, value in RECORDS.items():
                batch.put(key, value)
        file = Path(folder) / "data.mdb"
        damaged = bytearray(file.read_bytes())
        for _ in range(data.draw(st.integers(1, 5))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        file.write_bytes(damaged)
        with suppress(LayerError):
            list(values(Path(folder)))
