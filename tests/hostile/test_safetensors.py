"""Hostile .safetensors: headers that claim too much, or nest, or note nonsense."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("safetensors", reason="safetensors is not installed")

Refused = Callable[..., str]
GOOD = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


def _write(path: Path, header: object, length: int | None = None) -> None:
    text = header if isinstance(header, str) else json.dumps(header)
    size = len(text) if length is None else length
    path.write_bytes(struct.pack("<Q", size) + text.encode() + b"\0" * 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hostile.safetensors"


@pytest.mark.parametrize("length", [0, 2**20, 2**32, 2**63, 2**64 - 1])
def test_a_header_longer_than_the_file(length: int, path: Path, refused: Refused) -> None:
    _write(path, {"a/0": GOOD}, length)
    refused(path)


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [2]},
        {"shape": [-1]},
        {"shape": [2**40, 2**40]},
        {"shape": [2**63, 2**63, 0]},
        {"shape": "x"},
        {"data_offsets": [0, 2**63]},
        {"data_offsets": [4, 0]},
        {"data_offsets": [-4, 0]},
        {"dtype": "I32"},
        {"dtype": "F99"},
    ],
    ids=json.dumps,
)
def test_a_tensor_that_is_not_what_the_file_holds(
    change: dict[str, Any], path: Path, refused: Refused
) -> None:
    _write(path, {"a/0": GOOD | change})
    refused(path)


def test_a_header_that_nests_without_end(path: Path, refused: Refused) -> None:
    _write(path, '{"a":' * 100_000)
    refused(path)


def test_tensors_that_overlap(path: Path, refused: Refused) -> None:
    _write(path, {"a/0": GOOD, "a/1": GOOD})
    refused(path)


def test_a_key_that_is_there_twice(path: Path, refused: Refused) -> None:
    _write(path, {"a/0": GOOD, "a/00": {"dtype": "F32", "shape": [0], "data_offsets": [4, 4]}})
    refused(path, "'a/0' twice")


@pytest.mark.parametrize(
    "metadata",
    [
        {"blobs": "[1, 2]"},
        {"blobs": '{"a/0": 7}'},
        {"blobs": '{"a/0": {"aliases": [{"layer": "b"}]}}'},
        {"blobs": "[" * 100_000},
        {"origin": "7"},
        {"origin": "{"},
    ],
    ids=lambda metadata: json.dumps(metadata)[:40],
)
def test_notes_that_lie(metadata: dict[str, str], path: Path, refused: Refused) -> None:
    _write(path, {"__metadata__": metadata, "a/0": GOOD})
    refused(path)


def test_names_that_are_nobody_s(path: Path, refused: Refused) -> None:
    for name in ("a", "/0", ".weight", ""):
        _write(path, {name: GOOD})
        refused(path)
