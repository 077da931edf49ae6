"""Caffe's stream: one engine for the whole net."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.random import kernel_paths

UNIFORM = fk.Uniform(-1, 1)


@given(st.integers(0, 2**32 - 1), st.integers(0, 9), st.integers(0, 50))
def test_every_draw_before_a_blob_shifts_it(seed: int, skipped: int, discarded: int) -> None:
    whole = np.empty(skipped + discarded + 20, np.float32)
    fk.CaffeStream(seed).fill(("a", 0), UNIFORM, whole)
    stream, part = fk.CaffeStream(seed), np.empty(20, np.float32)
    stream.skip(skipped)
    stream.discard(UNIFORM, discarded, np.float32)
    stream.fill(("b", 0), UNIFORM, part)
    assert np.array_equal(part, whole[skipped + discarded :])


def test_the_draws_themselves_can_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = np.random.RandomState(5).randint(0, 2**32, size=1000, dtype=np.uint32)
    for path in kernel_paths():
        monkeypatch.setenv("FILLERKIT_KERNELS", path)
        stream = fk.CaffeStream(5)
        taken = [stream.take(count) for count in (0, 1, 623, 376)]
        assert np.array_equal(np.concatenate(taken), wanted)
        assert stream.position == 1000
    with pytest.raises(fk.UsageError, match="-1 draws cannot be taken"):
        stream.take(-1)


def test_the_name_of_a_blob_does_not_matter() -> None:
    made = []
    for blob in (("a", 0), ("b", 1)):
        chunks = fk.CaffeStream(1).chunks(blob, UNIFORM, 300, np.float64)
        made.append(np.concatenate([chunk.copy() for chunk in chunks]))
    assert np.array_equal(made[0], made[1])


_FOREIGN = ">f4" if sys.byteorder == "little" else "<f4"
_LOCKED = np.empty(5, np.float32)
_LOCKED.flags.writeable = False


@pytest.mark.parametrize(
    "out",
    [
        np.empty(5, _FOREIGN),
        np.empty(5, np.float16),
        np.empty(5, np.longdouble),
        np.empty(5, np.int32),
        np.empty((5, 1), np.float32),
        np.empty(10, np.float32)[::2],
        np.empty(21, np.uint8)[1:].view(np.float32),
        _LOCKED,
    ],
    ids=["foreign", "half", "long", "whole", "matrix", "gaps", "unaligned", "locked"],
)
def test_an_array_that_values_cannot_be_made_into_is_refused(out: np.ndarray) -> None:
    with pytest.raises(fk.UsageError, match="flat array without gaps"):
        fk.CaffeStream(1).fill(("a", 0), UNIFORM, out)


def test_draws_that_are_passed_over_are_heard_until_the_block_ends() -> None:
    stream, other = fk.CaffeStream(1701), fk.CaffeStream(1701)
    with stream.heard() as heard:
        stream.skip(2)
        stream.skip(0)
        stream.skip(20)
    stream.skip(1)
    draws = np.random.RandomState(1701).randint(0, 2**32, size=18, dtype=np.uint32).tolist()
    assert heard == [tuple(draws[:2]), (), tuple(draws[2:])]
    other.skip(23)
    assert stream.position == other.position == 23
    after, expected = np.empty(9, np.float32), np.empty(9, np.float32)
    stream.fill(("ip", 0), fk.Uniform(0.0, 1.0), after)
    other.fill(("ip", 0), fk.Uniform(0.0, 1.0), expected)
    assert after.tolist() == expected.tolist()
