"""Caffe's stream: one engine for the whole net."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

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


def test_the_name_of_a_blob_does_not_matter() -> None:
    made = []
    for blob in (("a", 0), ("b", 1)):
        chunks = fk.CaffeStream(1).chunks(blob, UNIFORM, 300, np.float64)
        made.append(np.concatenate([chunk.copy() for chunk in chunks]))
    assert np.array_equal(made[0], made[1])
