"""What no format takes for a file of its own, and what reading leaves open."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import weights

import fillerkit as fk

ALL = pytest.mark.parametrize("suffix", weights.FORMATS)


@ALL
def test_a_file_that_is_not_there(suffix: str, tmp_path: Path, refused: Callable[..., str]) -> None:
    refused(tmp_path / f"x.{suffix}", "no such file")


@ALL
def test_an_empty_file(suffix: str, tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / f"x.{suffix}").touch()
    refused(tmp_path / f"x.{suffix}", "is empty")


@ALL
def test_a_folder(suffix: str, tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / f"x.{suffix}").mkdir()
    refused(tmp_path / f"x.{suffix}", "not a regular file")


@ALL
def test_a_pipe_that_nobody_writes_to(
    suffix: str, tmp_path: Path, refused: Callable[..., str]
) -> None:
    os.mkfifo(tmp_path / f"x.{suffix}")
    refused(tmp_path / f"x.{suffix}", "not a regular file")


@pytest.mark.parametrize(
    ("suffix", "other"),
    [(a, b) for a in weights.FORMATS for b in (*weights.FORMATS, "prototxt") if a != b],
)
def test_a_file_of_another_format(
    suffix: str, other: str, tmp_path: Path, refused: Callable[..., str]
) -> None:
    path = tmp_path / f"x.{suffix}"
    if other == "prototxt":
        path.write_text(weights.SMALL)
    else:
        weights.small_blobs().save(path, format=other)
    refused(path)


@pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors as Linux shows them")
@ALL
def test_nothing_stays_open_once_the_blobs_are_gone(suffix: str, tmp_path: Path) -> None:
    good, bad = tmp_path / f"good.{suffix}", tmp_path / f"bad.{suffix}"
    weights.small_blobs().save(good)
    bad.write_bytes(good.read_bytes()[:-7])
    fk.load(good)

    def open_files() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_files()
    for _ in range(20):
        fk.load(good)
        with pytest.raises(fk.FormatError):
            fk.load(bad)
    assert open_files() <= before


@pytest.mark.parametrize("suffix", weights.installed("caffemodel", "safetensors", "pt"))
def test_a_layer_called_like_a_path_is_only_a_name(suffix: str, tmp_path: Path) -> None:
    layers = ("../x", "/etc/x", "a//b", ".", "..", "C:\\x", "x\0y", "x\ny")
    blobs = weights.blobs_of({(layer, 0): weights.small_blobs()["c"].bias for layer in layers})
    blobs.save(tmp_path / f"x.{suffix}")
    assert weights.bits(fk.load(tmp_path / f"x.{suffix}")) == weights.bits(blobs)
    assert [path.name for path in tmp_path.iterdir()] == [f"x.{suffix}"]
