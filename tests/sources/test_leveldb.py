"""The reader of LevelDBs: nothing in their folder may change, and damage is an error."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fillerkit.errors import LayerError
from fillerkit.schema.forks_pb2 import DataParameter, LayerParameter
from fillerkit.sources.leveldb import values

Write = Callable[[str, Mapping[bytes, bytes]], None]

LAYER = LayerParameter(
    name="d", type="Data", top=["data"], data_param=DataParameter(source="db", batch_size=4)
)
DB = Path("db")


def state() -> dict[str, tuple[int, bytes]]:
    return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in DB.iterdir()}


@pytest.fixture
def table(plyvel: Any) -> Path:
    """The only table of a database of one record."""
    database = plyvel.DB("db", create_if_missing=True)
    database.put(b"0", b"first")
    database.compact_range()
    database.close()
    (table,) = DB.glob("*.ldb")
    return table


def test_the_records_of_a_log_come_in_the_order_of_their_keys(write_leveldb: Write) -> None:
    write_leveldb("db", {b"1": b"second", b"0": b"first"})
    assert list(values(LAYER, DB)) == [b"first", b"second"]


def test_a_record_in_a_table_is_found(table: Path) -> None:
    assert list(values(LAYER, DB)) == [b"first"]


def test_a_table_of_the_old_name_is_found(table: Path) -> None:
    table.rename(table.with_suffix(".sst"))
    assert list(values(LAYER, DB)) == [b"first"]


def test_the_records_of_many_tables_come_in_the_order_of_their_keys(plyvel: Any) -> None:
    database = plyvel.DB("db", create_if_missing=True, write_buffer_size=1 << 16)
    for number in range(500, 0, -1):
        database.put(b"%08d" % number, b"record %d" % number * 100)
    database.close()
    assert list(values(LAYER, DB)) == [b"record %d" % number * 100 for number in range(1, 501)]


def test_a_record_that_was_deleted_is_not_found(table: Path, plyvel: Any) -> None:
    database = plyvel.DB("db")
    database.put(b"1", b"second")
    database.delete(b"0")
    database.close()
    assert list(values(LAYER, DB)) == [b"second"]


def test_a_database_in_use_is_read(plyvel: Any) -> None:
    database = plyvel.DB("db", create_if_missing=True)
    database.put(b"0", b"first")
    assert list(values(LAYER, DB)) == [b"first"]
    database.close()


# Nothing is changed


def test_a_database_with_a_log_stays_as_it_is(write_leveldb: Write) -> None:
    write_leveldb("db", {b"%d" % i: bytes(1000) for i in range(100)})
    before = state()
    list(values(LAYER, DB))
    assert state() == before


def test_a_database_with_a_table_stays_as_it_is(table: Path) -> None:
    before = state()
    list(values(LAYER, DB))
    assert state() == before


@pytest.mark.parametrize("suffix", ["ldb", "sst"])
def test_tables_that_an_interrupted_program_left_stay_as_they_are(
    write_leveldb: Write, suffix: str
) -> None:
    write_leveldb("db", {b"0": b"first"})
    for number in range(1, 30):
        (DB / f"{number:06}.{suffix}").write_bytes(b"left over")
    before = state()
    assert list(values(LAYER, DB)) == [b"first"]
    assert state() == before


def test_a_table_of_the_old_name_beside_one_of_the_new_stays_as_it_is(table: Path) -> None:
    table.with_suffix(".sst").write_bytes(b"left over")
    before = state()
    assert list(values(LAYER, DB)) == [b"first"]
    assert state() == before


def test_tables_are_copied_where_links_are_not_allowed(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(link: Path, target: Path) -> None:
        raise OSError("a required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    assert list(values(LAYER, DB)) == [b"first"]


# Damage


@pytest.mark.parametrize("pattern", ["*.ldb", "MANIFEST-*", "CURRENT"])
@pytest.mark.parametrize("size", [0, 10])
def test_a_file_that_is_cut_off_is_refused(table: Path, pattern: str, size: int) -> None:
    for file in DB.glob(pattern):
        file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(LayerError, match=r"'db' cannot be read as a LevelDB: [A-Z]") as refusal:
        list(values(LAYER, DB))
    assert refusal.value.field == "data_param.source"


def test_a_manifest_elsewhere_is_not_opened(table: Path) -> None:
    os.mkfifo(DB.parent / "MANIFEST-1")  # to open it would be to wait for ever
    (DB / "CURRENT").write_text("../MANIFEST-1\n")
    with pytest.raises(LayerError, match="its CURRENT names a file that is not beside it"):
        list(values(LAYER, DB))


@pytest.mark.parametrize("name", ["000099.ldb", "000099.log", "MANIFEST-000099"])
def test_what_is_no_regular_file_in_its_folder_is_passed_over(table: Path, name: str) -> None:
    os.mkfifo(DB / name)
    assert list(values(LAYER, DB)) == [b"first"]


def test_the_stand_in_s_path_is_not_in_a_message(table: Path) -> None:
    table.write_bytes(table.read_bytes()[:100])
    with pytest.raises(LayerError, match=rf": IO error: db/{table.stem}: "):
        list(values(LAYER, DB))


def test_a_table_that_is_missing_is_named(table: Path) -> None:
    table.unlink()
    with pytest.raises(LayerError, match=rf"1 missing files; e\.g\.: db/{table.name}"):
        list(values(LAYER, DB))


def test_a_record_whose_checksum_is_wrong_is_refused(table: Path) -> None:
    data = bytearray(table.read_bytes())
    data[data.index(b"first")] ^= 1
    table.write_bytes(data)
    with pytest.raises(LayerError, match="checksum"):
        list(values(LAYER, DB))
