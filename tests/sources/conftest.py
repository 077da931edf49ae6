"""Small real sources, written with the libraries that fillerkit reads them with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import small_sources
from google.protobuf import text_format

from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources import Found, find_shapes

Find = Callable[[str], Found | None]
Write = Callable[[str, Mapping[bytes, bytes]], None]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which the paths of a prototxt start from: an empty one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def find() -> Find:
    """``find(text of a layer)``: what its source holds."""

    def find(text: str) -> Found | None:
        return find_shapes(text_format.Parse(text, LayerParameter()))

    return find


@pytest.fixture
def write_lmdb() -> Write:
    """``write_lmdb(folder, records)``, in the order given."""
    pytest.importorskip("lmdb")
    return small_sources.write_lmdb


@pytest.fixture
def plyvel() -> Any:
    """The LevelDB package, under either of its names."""
    return pytest.importorskip("plyvel_next" if sys.version_info >= (3, 13) else "plyvel")


@pytest.fixture
def write_leveldb(plyvel: Any) -> Write:
    """``write_leveldb(folder, records)``, in the order given."""

    def write(folder: str, records: Mapping[bytes, bytes]) -> None:
        database = plyvel.DB(folder, create_if_missing=True)
        for key, value in records.items():
            database.put(key, value)
        database.close()

    return write


@pytest.fixture
def encode() -> Callable[..., bytes]:
    """``encode(format, mode, height, width)``: an image as bytes; EXIF orientation if given."""
    pillow: Any = pytest.importorskip("PIL.Image")

    def encode(
        kind: str, mode: str, height: int, width: int, orientation: int | None = None
    ) -> bytes:
        file, image = BytesIO(), pillow.new(mode, (width, height))
        exif = image.getexif()
        if orientation is not None:
            exif[0x0112] = orientation
        image.save(file, kind, exif=exif)
        return file.getvalue()

    return encode
