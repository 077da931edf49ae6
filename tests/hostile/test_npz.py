"""Hostile .npz files: zip bombs, headers that lie, notes that lie."""

from __future__ import annotations

import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

Refused = Callable[..., str]


def _npy(shape: str, descr: str = "'<f4'", body: bytes = b"", length: int | None = None) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    size = len(header) if length is None else length
    return b"\x93NUMPY\x02\0" + struct.pack("<I", size) + header + body


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hostile.npz"


def _zip(path: Path, data: bytes, name: str = "ip/0.npy", packed: bool = False) -> None:
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(name, data)


@pytest.mark.parametrize(
    "shape",
    [
        "(2,)",
        "(-1,)",
        "(-1, -1)",
        "(2**70,)",
        f"({2**70},)",
        f"(0, {2**70})",
        "(" * 2000,
        "-" * 3000,
        "(1,)(1,)",
        "{}",
        "(True, 'x')",
        "(1.5,)",
        f"({'1,' * 200})",
    ],
    ids=lambda shape: shape[:12],
)
def test_a_shape_that_is_not_what_the_member_holds(
    shape: str, path: Path, refused: Refused
) -> None:
    _zip(path, _npy(shape, body=b"\0" * 4))
    refused(path, "damaged")


@pytest.mark.parametrize(
    "descr", ["'<i4'", "'|O'", "'<c8'", "'<f16'", "'|V4'", "[('x', '<f4')]", "'<U1'", "'nonsense'"]
)
def test_values_that_are_no_floats(descr: str, path: Path, refused: Refused) -> None:
    _zip(path, _npy("(1,)", descr, b"\0" * 16))
    refused(path)


def test_a_pickle_is_not_run(path: Path, refused: Refused) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
            return exec, (f"open({str(path.with_name('run'))!r}, 'w')",)

    _zip(path, _npy("(1,)", "'|O'", pickle.dumps(Evil())), packed=True)
    refused(path, "not floats")
    assert not path.with_name("run").exists()


@pytest.mark.parametrize("length", [2**32 - 1, 2**20, 20_000])
def test_a_header_longer_than_the_member(length: int, path: Path, refused: Refused) -> None:
    _zip(path, _npy("(1,)", length=length, body=b"\0" * 4))
    refused(path)


@pytest.mark.parametrize("packed", [False, True])
def test_a_member_that_says_it_is_a_petabyte(packed: bool, path: Path, refused: Refused) -> None:
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("ip/0.npy", _npy(f"({2**48},)", body=bytes(1 << 20)))
        archive.filelist[0].file_size = 2**50
    refused(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_of_a_packer_that_packs_more(method: int, path: Path, refused: Refused) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("ip/0.npy", _npy("(25000000,)", body=bytes(100_000_000)))
    assert path.stat().st_size < 20_000
    refused(path, "unpacks to")


def test_members_that_lie_one_over_another(path: Path, refused: Refused) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ip/0.npy", _npy("(1000000,)", body=bytes(4_000_000)))
        kernel = archive.filelist[0]
        for index in range(1, 500):
            other = zipfile.ZipInfo(f"ip/{index}.npy")
            for field in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(other, field, getattr(kernel, field))
            archive.filelist.append(other)
    refused(path, "unpacks to")


def test_a_bomb_in_a_bomb(path: Path, refused: Refused) -> None:
    _zip(path, bytes(1_000_000), packed=True)
    inner = path.read_bytes()
    _zip(path, inner * 10, "x/0.npy", packed=True)
    refused(path)


def test_a_key_that_is_there_twice(path: Path, refused: Refused) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ip/0.npy", _npy("(1,)", body=b"\0" * 4))
        archive.writestr("ip/00.npy", _npy("(1,)", body=b"\0" * 4))
    refused(path, "'ip/0' twice")


def test_a_blob_that_is_missing_before_another(path: Path, refused: Refused) -> None:
    _zip(path, _npy("(1,)", body=b"\0" * 4), "ip/3.npy")
    refused(path, "'ip' has no blob 0")


@pytest.mark.parametrize(
    "comment",
    [
        '{"a":' * 10_000,
        '{"name": 1, "aliases": 7}',
        '{"aliases": [{"layer": "x"}]}',
        '{"aliases": [{"layer": "x", "index": 0, "name": "", "shape": [-1]}]}',
        '{"aliases": [{"layer": "x", "index": 0, "name": "", "shape": [2]}]}',
        '{"aliases": [{"layer": "ip", "index": 0, "name": "", "shape": [1]}]}',
        '{"aliases": [{"layer": "x", "index": 9, "name": "", "shape": [1]}]}',
        '{"start": ["x", "y", "z"]}',
        '{"start": []}',
    ],
    ids=lambda comment: comment[:30],
)
def test_a_note_that_lies(comment: str, path: Path, refused: Refused) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ip/0.npy", _npy("(1,)", body=b"\0" * 4))
        archive.filelist[0].comment = comment.encode()
    refused(path)


def test_a_comment_that_is_not_ours_is_nothing(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../ip/0.npy", _npy("(1,)", body=b"\0" * 4))
        archive.comment = json.dumps([1, 2]).encode()
    loaded = fk.load(path)
    assert loaded.origin == {}
    assert np.array_equal(loaded["../../ip"][0], [0])
