"""Hostile .caffemodel files: lengths and shapes that lie, messages without end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import fillerkit as fk
from fillerkit.formats.wire import head, varint
from fillerkit.schema import caffe_pb2

Refused = Callable[..., str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hostile.caffemodel"


def _field(number: int, data: bytes) -> bytes:
    return head(number, len(data)) + data


def _net(blob: bytes, rest: bytes = b"") -> bytes:
    return _field(100, _field(1, b"ip") + _field(7, blob) + rest)


@pytest.mark.parametrize(
    "dims", [[2], [2**62], [2**62, 2**62], [-1], [-1, -1], [2**63 - 1, 0, 3], [0], [1] * 100]
)
def test_a_shape_that_is_not_what_the_blob_holds(
    dims: list[int], path: Path, refused: Refused
) -> None:
    shape = caffe_pb2.BlobShape(dim=dims).SerializeToString()
    path.write_bytes(_net(_field(5, b"\0" * 4) + _field(7, shape)))
    refused(path)


def test_four_axes_that_are_not_what_the_blob_holds(path: Path, refused: Refused) -> None:
    for number in (2**64 - 1, 2**31, 3):
        path.write_bytes(_net(varint(1 << 3) + varint(number) + _field(5, b"\0" * 4)))
        refused(path, "holds 1 values")


@pytest.mark.parametrize("length", [5, 2**31, 2**63, 2**64 - 1])
@pytest.mark.parametrize("number", [1, 2, 100, 500])
def test_a_length_beyond_the_file(number: int, length: int, path: Path, refused: Refused) -> None:
    path.write_bytes(head(number, length) + b"abc")
    refused(path, "beyond its message's end")


def test_a_number_without_end(path: Path, refused: Refused) -> None:
    path.write_bytes(b"\xff" * 1000)
    refused(path, "has no end")


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_values_of_a_part_of_a_float(cut: int, path: Path, refused: Refused) -> None:
    path.write_bytes(_net(_field(5, b"\0" * cut)))
    refused(path, "cut")


@pytest.mark.parametrize("generation", [2, 100])
def test_messages_in_messages_without_end(generation: int, path: Path) -> None:
    inner = b""
    for _ in range(2000):
        inner = _field(6, inner)  # of a blob or of a ParamSpec, as may be
    path.write_bytes(_field(generation, _field(100 if generation == 100 else 9, inner)))
    try:
        assert len(fk.load(path)) == 0
    except fk.FormatError as error:
        assert str(error).startswith(f"{path}: ")


def test_a_hundred_thousand_empty_pieces_hold_nothing(path: Path) -> None:
    shape = _field(7, caffe_pb2.BlobShape(dim=[1]).SerializeToString())
    path.write_bytes(_net(_field(5, b"") * 100_000 + _field(5, b"\0" * 4) + shape))
    assert fk.load(path)["ip"][0].tolist() == [0]


def test_both_generations_in_one_file(path: Path, refused: Refused) -> None:
    path.write_bytes(_field(100, _field(1, b"a")) + _field(2, _field(4, b"b")))
    refused(path, "mixes")


def test_names_that_are_no_text_are_told(path: Path) -> None:
    path.write_bytes(_field(1, b"\xff\xfe") + _net(_field(5, b"\0" * 4)))
    (note,) = fk.load(path).notes
    assert "read as latin-1, the first one as '\xff\xfe'" in note


def test_a_net_of_no_layers(path: Path, refused: Refused) -> None:
    path.write_bytes(_field(1, b"net"))
    refused(path, "no layers")
