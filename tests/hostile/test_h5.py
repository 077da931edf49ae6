"""Hostile HDF5 files: groups without end, values elsewhere, more than the file can hold."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

h5py: Any = pytest.importorskip("h5py", reason="h5py is not installed")

Refused = Callable[..., str]
VALUES = np.arange(4, dtype=np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hostile.h5"


def test_a_group_that_contains_itself(path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        group = file.create_group("data/a")
        group["0"], group["again"], group["top"] = VALUES, group, file["data"]
    refused(path, "several paths")


def test_groups_that_contain_the_next_twice_sixty_times(path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        group = file.create_group("data")
        for _ in range(60):
            group["right"] = group.create_group("left")
            group = group["left"]
        group["0"] = VALUES
    refused(path, "several paths")


def test_groups_a_thousand_deep_are_a_long_name(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = file.create_group("data")
        for _ in range(1000):
            group = group.create_group("x")
        group["0"] = VALUES
    (layer,) = fk.load(path)
    assert layer == "/".join(["x"] * 1000)


@pytest.mark.parametrize("at", ["data", "data/a", "data/a/0"])
@pytest.mark.parametrize("kind", ["soft", "external"])
def test_links_are_not_followed(at: str, kind: str, path: Path, refused: Refused) -> None:
    secret = path.with_name("secret.h5")
    with h5py.File(secret, "w") as file:
        file["data/a/0"] = VALUES
    with h5py.File(path, "w") as file:
        file["other/a/0"] = VALUES
        there = at.replace("data", "other")
        file[at] = h5py.SoftLink(f"/{there}") if kind == "soft" else h5py.ExternalLink(secret, at)
    refused(path)


def test_a_link_that_leads_to_itself(path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        file["data"] = h5py.SoftLink("/data")
    refused(path)


def test_values_in_another_file_are_not_read(path: Path, refused: Refused) -> None:
    secret = path.with_name("secret")
    secret.write_bytes(b"passwords...")
    with h5py.File(path, "w") as file:
        file.create_dataset("data/a/0", (3,), "<f4", external=[(str(secret), 0, 12)])
    refused(path, "other files")


def test_virtual_datasets_are_not_read(path: Path, refused: Refused) -> None:
    secret = path.with_name("secret.h5")
    with h5py.File(secret, "w") as file:
        file["x"] = VALUES
    layout = h5py.VirtualLayout((4,), "<f4")
    layout[:] = h5py.VirtualSource(secret, "x", (4,))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("data/a/0", layout)
    refused(path, "other files")


def test_a_virtual_dataset_whose_shape_is_in_other_files_opens_none(
    path: Path, refused: Refused
) -> None:
    end = h5py.h5s.UNLIMITED
    os.mkfifo(path.with_name("pipe"))  # to open it would be to wait for ever
    layout = h5py.VirtualLayout((4,), "<f4", maxshape=(None,))
    layout[:end] = h5py.VirtualSource(path.with_name("pipe"), "x", (4,), "<f4", (None,))[:end]
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("data/a/0", layout)
    refused(path, "'a/0' lie in other files")


@pytest.mark.parametrize("packed", ["gzip", None])
def test_terabytes_that_were_never_written(
    packed: str | None, path: Path, refused: Refused
) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("data/a/0", (2**42,), "<f4", chunks=(2**20,), compression=packed)
    assert path.stat().st_size < 100_000
    refused(path, "cannot hold")


def test_a_chunk_of_gigabytes_for_one_value(path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        chunks = (2**29,)
        file.create_dataset("data/a/0", (1,), "<f4", chunks=chunks, maxshape=(None,))
    refused(path, "cannot hold")


def test_terabytes_in_one_piece_that_the_file_has_not(path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("data/a/0", (2**40,), "<f4")
    refused(path)


def test_a_packed_dataset_under_a_thousand_names(path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        zeros = np.zeros(4_000_000, np.float32)
        first = file.create_dataset("data/a/0", data=zeros, compression="gzip", chunks=(1 << 20,))
        for index in range(1, 1000):
            file[f"data/a/{index}"] = first
    # What is unpacked of it before it is refused is not more than the file could hold.
    assert path.stat().st_size < 200_000
    with pytest.raises(fk.FormatError, match="cannot hold"):
        fk.load(path)


def test_a_filter_that_would_be_loaded_from_the_disk(path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("data/a/0", data=VALUES, compression="lzf")
    refused(path, "filter 32000")


@pytest.mark.parametrize(
    "values",
    [np.arange(3), np.array(b"text"), np.zeros(2, [("x", "<f4")]), np.zeros(2, complex)],
    ids=["integers", "text", "records", "complex"],
)
def test_values_that_are_no_floats(values: np.ndarray, path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        file["data/a/0"] = values
    refused(path, "'a/0' holds")


def test_a_dataset_without_a_shape(path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        file["data/a/0"] = h5py.Empty("<f4")
    refused(path, "no shape")


def test_datasets_that_are_no_blobs(path: Path, refused: Refused) -> None:
    for name in ("data/0", "data/a/weight", "data"):
        with h5py.File(path, "w") as file:
            file[name] = VALUES
        refused(path)


@pytest.mark.parametrize(
    "note", ["a text of any length", 7, np.zeros(3), h5py.Empty("f"), np.bytes_(b"x" * 64_001)]
)
def test_an_attribute_that_is_not_ours_is_nothing(note: object, path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["data/a/0"] = VALUES
        if isinstance(note, np.bytes_):
            note = note[:60_000]
        file["data/a/0"].attrs["fillerkit"] = file.attrs["fillerkit"] = (
            str(note) if isinstance(note, bytes) else note
        )
    loaded = fk.load(path)
    assert (loaded.origin, loaded["a"].names) == ({}, ("",))


@pytest.mark.parametrize("note", ["nonsense", "[1]", '{"a":' * 10_000, '{"aliases": 3}'])
def test_a_note_that_lies(note: str, path: Path, refused: Refused) -> None:
    with h5py.File(path, "w") as file:
        file["data/a/0"] = VALUES
        file["data/a/0"].attrs["fillerkit"] = np.bytes_(note.encode())
    refused(path)
