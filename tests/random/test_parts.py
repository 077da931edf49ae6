"""Several threads make the bits of one, wherever parts meet and whatever is dropped there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import numpy as np
import pytest
from chosen import untempered
from distributions import DISTRIBUTIONS
from hypothesis import given, settings
from hypothesis import strategies as st
from small_parts import small_parts

from fillerkit.fillers import Distribution, Gaussian, Uniform
from fillerkit.random import parts, sample
from fillerkit.random.engine import BOOSTS
from fillerkit.random.team import Team
from fillerkit.threads import Threads

kernels = pytest.importorskip("fillerkit.random.compiled", reason="built without a compiler")

Dtype = type[np.floating]

JOBS = [2, 3, 8]
SEEDS = st.integers(0, 2**32 - 1)
DTYPES = st.sampled_from([np.float32, np.float64])
DROPPED = 0xFFFFFFFF
"""A draw that makes a float32 uniform of 1, which is dropped."""


@pytest.fixture(autouse=True)
def parts_are_small() -> Iterator[None]:
    with small_parts():
        yield


class Made(tuple[bytes, int]):
    """The bytes of values, and where the engine then is."""


def _filled(engine: object, how: Distribution, count: int, dtype: Dtype, jobs: int) -> Made:
    out: np.ndarray = np.empty(count, dtype)
    sample.fill(how, out, engine, Team(jobs))  # type: ignore[arg-type]
    return Made((out.tobytes(), engine.position))  # type: ignore[attr-defined]


def _in_pieces(engine: object, how: Distribution, count: int, dtype: Dtype, jobs: int) -> Made:
    made = sample.chunks(how, count, dtype, engine, Team(jobs))  # type: ignore[arg-type]
    values = b"".join(piece.tobytes() for piece in made)
    return Made((values, engine.position))  # type: ignore[attr-defined]


@pytest.mark.parametrize("jobs", JOBS)
@given(
    SEEDS,
    st.sampled_from(DISTRIBUTIONS),
    st.integers(0, 4000),
    DTYPES,
    st.sampled_from(BOOSTS),
    st.integers(0, 1300),
)
def test_any_number_of_jobs_makes_the_bits_of_one(
    jobs: int,
    seed: int,
    how: Distribution,
    count: int,
    dtype: Dtype,
    boost: str,
    skipped: int,
) -> None:
    wanted, *others = (kernels.KernelEngine(seed, boost) for _ in range(3))
    for engine in (wanted, *others):
        engine.skip(skipped)
    whole = _filled(wanted, how, count, dtype, 1)
    assert _filled(others[0], how, count, dtype, jobs) == whole
    assert _in_pieces(others[1], how, count, dtype, jobs) == whole


def _chosen(draws: np.ndarray, boost: str = "1.64") -> object:
    engine = kernels.KernelEngine(untempered(draws), boost)
    engine._state[624] = 0
    return engine


@pytest.mark.parametrize("beside", [-2, -1, 0, 1])
@pytest.mark.parametrize("boost", BOOSTS)
@pytest.mark.parametrize("how", DISTRIBUTIONS, ids=lambda how: type(how).__name__)
@pytest.mark.parametrize("jobs", JOBS)
def test_a_draw_that_is_dropped_beside_every_boundary_moves_what_follows(
    jobs: int, how: Distribution, boost: str, beside: int
) -> None:
    draws = np.random.RandomState(jobs).randint(0, 2**32, 624, np.uint32)
    draws[64 + beside :: 64] = DROPPED
    for count in (513, 557, 640):  # the last part's end is at such a draw, too
        whole = _filled(_chosen(draws, boost), how, count, np.float32, 1)
        assert _filled(_chosen(draws, boost), how, count, np.float32, jobs) == whole
        assert _in_pieces(_chosen(draws, boost), how, count, np.float32, jobs) == whole


@pytest.mark.parametrize("count", range(440, 460))
def test_the_last_draw_of_a_blob_may_be_dropped(count: int) -> None:
    draws = np.random.RandomState(1).randint(0, 2**31, 624, np.uint32)
    draws[448:452] = DROPPED
    whole = _filled(_chosen(draws), Uniform(0.0, 1.0), count, np.float32, 1)
    assert _filled(_chosen(draws), Uniform(0.0, 1.0), count, np.float32, 3) == whole
    assert whole[1] == count + 4 * (count > 448)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("lead", [1, 2, 3])
@settings(max_examples=10)
@given(SEEDS)
def test_a_part_that_begins_at_a_wrong_draw_is_made_again(
    lead: int, dtype: Dtype, seed: int
) -> None:
    again = []
    joined = parts._Wave.joined

    def watched(wave: parts._Wave, part: parts._Part) -> np.ndarray:
        again.append(part.begin != wave._engine.position)
        return joined(wave, part)

    def hasty(how: Gaussian, dtype: Dtype, boost: str) -> parts.Manner:
        return parts.Manner(how, 1 if dtype is np.float32 else 2, lead)

    whole = _filled(kernels.KernelEngine(seed, "1.64"), Gaussian(0, 1), 9000, dtype, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "manner", hasty)
        patch.setattr(parts._Wave, "joined", watched)
        made = _filled(kernels.KernelEngine(seed, "1.64"), Gaussian(0, 1), 9000, dtype, 3)
    assert made == whole
    assert len(again) > 30
    if dtype is np.float64:
        assert any(again)


@pytest.mark.parametrize(("dtype", "draws"), [(np.float32, 64), (np.float64, 4096)])
@pytest.mark.parametrize("boost", ["1.58", "1.64"])
def test_readers_that_begin_at_different_draws_meet_within_the_lead(
    boost: str, dtype: Dtype, draws: int
) -> None:
    how = parts.manner(Gaussian(0, 1), dtype, boost)
    assert how is not None
    assert how.lead == draws
    out = np.empty(draws, dtype)
    ends = set()
    for start in range(8):
        engine = kernels.KernelEngine(3, boost)
        engine.skip(start)
        how.make(engine, out, draws - start)
        ends.add(engine.position)
    assert len(ends) == 1


def test_a_system_without_threads_fills_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(thread: object) -> None:
        raise RuntimeError("can't start new thread")

    whole = _filled(kernels.KernelEngine(1, "1.64"), Gaussian(0, 1), 1000, np.float32, 1)
    monkeypatch.setattr("threading.Thread.start", none_left)
    assert _filled(kernels.KernelEngine(1, "1.64"), Gaussian(0, 1), 1000, np.float32, 3) == whole
    assert _in_pieces(kernels.KernelEngine(1, "1.64"), Gaussian(0, 1), 1000, np.float32, 3) == whole


def test_what_goes_wrong_in_a_thread_is_told_and_no_other_waits_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(engine: object, count: int) -> None:
        raise MemoryError

    monkeypatch.setattr(kernels.KernelEngine, "skip", broken)
    with pytest.raises(MemoryError):
        _filled(kernels.KernelEngine(1, "1.64"), Uniform(0, 1), 5000, np.float32, 8)


def test_few_threads_are_started_for_few_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    threads = Team.threads

    def counted(team: Team, number: int) -> AbstractContextManager[Threads | None]:
        asked.append(number)
        return threads(team, number)

    monkeypatch.setattr(Team, "threads", counted)
    _filled(kernels.KernelEngine(1, "1.64"), Uniform(0, 1), 200, np.float32, 64)
    _filled(kernels.KernelEngine(1, "1.64"), Uniform(0, 1), 127, np.float32, 64)
    assert asked == [3]
