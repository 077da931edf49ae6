"""Damage at random, always the same: a refusal, or blobs; never another error, never a wait."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import weights

import fillerkit as fk

EDGES = (0, 1, 127, 128, 255)


def _cut(data: bytes) -> Iterator[bytes]:
    step = max(1, len(data) // 150)
    for length in range(1, len(data), step):
        yield data[:length]


def _damaged(data: bytes, draw: random.Random) -> bytes:
    out = bytearray(data)
    kind = draw.randrange(5)
    for _ in range(draw.choice((1, 1, 2, 4, 10))):
        at = draw.randrange(len(out))
        if kind == 0:
            out[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            out[at] = draw.choice(EDGES)
        elif kind == 2:
            bits = draw.choice((16, 32, 64))
            value = draw.choice((0, 2**bits - 1, 2 ** (bits - 1), 2 ** (bits - 2)))
            out[at : at + bits // 8] = value.to_bytes(bits // 8, "little")
        elif kind == 3:
            del out[at : at + draw.randrange(1, 20)]
        else:
            out[at:at] = draw.randbytes(draw.randrange(1, 9))
    return bytes(out)


def _try(path: Path) -> bool:
    """Whether it is read; the only other way out is a refusal that names it."""
    start = time.monotonic()
    try:
        weights.bits(fk.load(path))
        return True
    except fk.FormatError as error:
        assert str(error).startswith(f"{path}: ")
        assert "\n" not in str(error)
        return False
    finally:
        assert time.monotonic() - start < 5


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_a_file_that_is_cut_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    weights.small_blobs().save(path)
    for data in _cut(path.read_bytes()):
        path.write_bytes(data)
        # A protobuf message ends wherever a field ends, so some of those look whole.
        assert not _try(path) or suffix == "caffemodel", len(data)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_a_file_that_is_damaged_is_refused_or_read(suffix: str, seed: int, tmp_path: Path) -> None:
    draw = random.Random(f"{suffix} {seed}")
    path = tmp_path / f"x.{suffix}"
    weights.small_blobs().save(path)
    whole = path.read_bytes()
    outcomes = set()
    for _ in range(2000 if seed else 300):
        path.write_bytes(_damaged(whole, draw))
        outcomes.add(_try(path))
    assert outcomes == {True, False}
