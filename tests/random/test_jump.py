"""Engines moved ahead by many draws at once are where walking would have brought them."""

from __future__ import annotations

from collections.abc import Callable

import make_jumps
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.random.draws import DrawStream
from fillerkit.random.engine import Engine, kernel_paths, make_engine
from fillerkit.random.jump import EXPONENTS, jump, jumps, polynomial

SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(params=kernel_paths())
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Engine]:
    """Makes engines of one path, seeded alike."""
    monkeypatch.setenv("FILLERKIT_KERNELS", request.param)
    return lambda: make_engine(1701)


def _next(engine: Engine) -> bytes:
    values = np.empty(1300, np.float64)
    engine.uniform(0.0, 1.0, values)
    return values.tobytes()


def test_the_polynomials_are_those_that_the_draws_themselves_give() -> None:
    table = [polynomial(exponent) for exponent in EXPONENTS]
    assert np.array_equal(table, make_jumps.polynomials())


@pytest.mark.parametrize("walked", [0, 1, 623, 624, 625, 1000])
def test_a_jump_is_as_far_as_a_walk(engine: Callable[[], Engine], walked: int) -> None:
    count = (1 << EXPONENTS[0]) + 4
    jumped, walking = engine(), engine()
    for each in (jumped, walking):
        each.uniform(0.0, 1.0, np.empty(walked))
    jumped.skip(count)
    for _ in range(4):
        walking.skip(count // 4)
    assert jumped.position == walking.position == walked + count
    assert _next(jumped) == _next(walking)


@pytest.mark.parametrize("exponent", EXPONENTS[:-1])
def test_two_jumps_are_one_of_twice_the_length(engine: Callable[[], Engine], exponent: int) -> None:
    twice, once = engine(), engine()
    twice.skip(1 << exponent)
    twice.skip(1 << exponent)
    once.skip(1 << exponent + 1)
    assert twice.position == once.position == 1 << exponent + 1
    assert _next(twice) == _next(once)


def test_a_jump_is_longer_than_all_jumps_of_the_table(engine: Callable[[], Engine]) -> None:
    far, near = engine(), engine()
    far.skip(3 << EXPONENTS[-1])
    for _ in range(3):
        near.skip(1 << EXPONENTS[-1])
    assert _next(far) == _next(near)


def test_bits_of_the_first_word_that_are_no_part_of_the_state_do_not_matter() -> None:
    words = np.random.RandomState(1).randint(0, 2**32, 624, np.uint32)
    other = words.copy()
    other[0] ^= 0x7FFFFFFF
    assert np.array_equal(jump(words, 20), jump(other, 20))


@given(SEEDS, st.integers(0, 900), st.integers(0, 900), st.integers(0, 900))
def test_draws_that_were_given_back_are_passed_over_first(
    seed: int, taken: int, back: int, skipped: int
) -> None:
    stream, plain = DrawStream(seed), DrawStream(seed)
    draws = stream.take(taken)
    back = min(back, taken)
    stream.give_back(draws[taken - back :])
    stream.skip(skipped)
    plain.take(taken - back + skipped)
    assert stream.position == plain.position == taken - back + skipped
    assert np.array_equal(stream.take(700), plain.take(700))


@given(st.integers(0, 2**45))
def test_jumps_and_a_walk_add_up(count: int) -> None:
    exponents, rest = jumps(count)
    assert sum(1 << exponent for exponent in exponents) + rest == count
    assert 0 <= rest < 1 << EXPONENTS[0]
    assert set(exponents) <= set(EXPONENTS)
