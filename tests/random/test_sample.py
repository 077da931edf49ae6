"""Turning distributions into values: piece by piece, as a whole, and the draws they take."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.fillers import (
    Constant,
    Distribution,
    Gaussian,
    Given,
    Sparse,
    Truncated,
    Uniform,
    Whole,
)
from fillerkit.random import BOOSTS, KEPT, chunks, discard, fill, make_engine, sample
from fillerkit.random.reference import ReferenceEngine
from fillerkit.random.sample import CHUNK

COUNT = 3 * CHUNK + 17


def _reverse(values: np.ndarray) -> None:
    values[:] = values[::-1].copy()


DISTRIBUTIONS: list[Distribution] = [
    Constant(0.25),
    Uniform(-0.1, 0.3),
    Gaussian(0.5, 2.0),
    Truncated(0.5, 2.0),
    Sparse(Gaussian(0.0, 1.0), 0.25),
    Whole(Uniform(0.0, 1.0), _reverse, 0.5, 0.3, "reversed"),
    Given(np.linspace(0, 1, COUNT)),
]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=lambda d: type(d).__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pieces_are_the_whole(distribution: Distribution, dtype: type[np.floating]) -> None:
    whole = np.empty(COUNT, dtype)
    fill(distribution, whole, make_engine(3))
    pieces = [piece.copy() for piece in chunks(distribution, COUNT, dtype, make_engine(3))]
    assert np.concatenate(pieces).tobytes() == whole.tobytes()
    assert max(piece.size for piece in pieces) == CHUNK


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=lambda d: type(d).__name__)
def test_forgotten_values_take_their_draws(distribution: Distribution) -> None:
    filled, forgotten = make_engine(3), make_engine(3)
    fill(distribution, np.empty(COUNT, np.float32), filled)
    discard(distribution, COUNT, np.float32, forgotten)
    after = np.empty((2, 5), np.float32)
    filled.uniform(0, 1, after[0])
    forgotten.uniform(0, 1, after[1])
    assert after[0].tolist() == after[1].tolist()


@given(
    distribution=st.sampled_from([one for one in DISTRIBUTIONS if not isinstance(one, Given)]),
    count=st.integers(0, 900),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32 - 1),
    boost=st.sampled_from(BOOSTS),
)
def test_whole_in_pieces_or_forgotten_the_stream_goes_on_alike(
    distribution: Distribution, count: int, dtype: type[np.floating], seed: int, boost: str
) -> None:
    whole, pieces, forgotten = (make_engine(seed, boost) for _ in range(3))
    values = np.empty(count, dtype)
    fill(distribution, values, whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample, "CHUNK", 64)
        made = [piece.copy() for piece in chunks(distribution, count, dtype, pieces)]
        discard(distribution, count, dtype, forgotten)
    assert b"".join(piece.tobytes() for piece in made) == values.tobytes()
    after = np.empty((3, 5), dtype)
    for engine, row in zip((whole, pieces, forgotten), after, strict=True):
        engine.uniform(0, 1, row)
    assert (after == after[0]).all()


@pytest.mark.parametrize("boost", BOOSTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_truncated_values_are_the_same_with_either_engine(
    dtype: type[np.floating], boost: str
) -> None:
    ours, reference = np.empty((2, 10_001), dtype)
    fill(Truncated(0.5, 2.0), ours, make_engine(3, boost))
    fill(Truncated(0.5, 2.0), reference, ReferenceEngine(3, boost))
    assert ours.tobytes() == reference.tobytes()


def test_what_changes_values_is_not_done_to_those_that_are_forgotten() -> None:
    def never(values: np.ndarray) -> None:
        raise AssertionError

    forgotten, drawn = make_engine(3), make_engine(3)
    discard(Whole(Gaussian(0, 1), never, 0, 1, "never"), 100, np.float32, forgotten)
    discard(Gaussian(0, 1), 100, np.float32, drawn)
    after = np.empty((2, 5), np.float32)
    forgotten.uniform(0, 1, after[0])
    drawn.uniform(0, 1, after[1])
    assert after[0].tolist() == after[1].tolist()


def test_a_piece_lives_until_the_fourth_after_it() -> None:
    pieces = chunks(Uniform(0, 1), 8 * CHUNK, np.float32, make_engine(1))
    first = next(pieces)
    before = first.copy()
    for _ in range(KEPT - 1):
        next(pieces)
    assert (first == before).all()
    next(pieces)
    assert (first != before).any()


def test_a_dropped_negative_value_is_minus_zero() -> None:
    values = np.empty(10_000, np.float32)
    fill(Sparse(Gaussian(0, 1), 0.1), values, make_engine(1))
    zeros = values[values == 0]
    assert 0.4 < np.signbit(zeros).mean() < 0.6


def test_keeping_nothing_takes_no_draws_beyond_the_gaussians() -> None:
    dense, sparse = make_engine(1), make_engine(1)
    fill(Gaussian(0, 1), np.empty(1000, np.float32), dense)
    fill(Sparse(Gaussian(0, 1), 0.0), np.empty(1000, np.float32), sparse)
    after = np.empty((2, 5), np.float32)
    dense.uniform(0, 1, after[0])
    sparse.uniform(0, 1, after[1])
    assert after[0].tolist() == after[1].tolist()


@pytest.mark.parametrize(
    "distribution",
    [
        Uniform(-0.25, 1.0),
        Gaussian(0.5, 2.0),
        Truncated(0.5, 2.0),
        Sparse(Gaussian(1.0, 2.0), 0.3),
    ],
    ids=lambda d: type(d).__name__,
)
def test_samples_have_the_mean_and_std_in_closed_form(distribution: Distribution) -> None:
    values = np.empty(400_000, np.float32)
    fill(distribution, values, make_engine(11))
    error = 5 * distribution.std / np.sqrt(values.size)
    assert values.mean(dtype=np.float64) == pytest.approx(distribution.mean, abs=error)
    assert values.std(dtype=np.float64) == pytest.approx(distribution.std, rel=0.02)
