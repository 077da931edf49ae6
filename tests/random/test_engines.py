"""The engines: the kernels make the reference's bits, and the reference makes Caffe's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.random.engine import BOOSTS, Engine, make_engine
from fillerkit.random.reference import ReferenceEngine

kernels = pytest.importorskip("fillerkit.random.kernels", reason="built without a compiler")

SEEDS = st.integers(0, 2**32 - 1)
DTYPES = st.sampled_from([np.float32, np.float64])
LENGTHS = st.lists(st.integers(0, 1500), min_size=1, max_size=5)
FLOATS = st.floats(-1024, 1024, width=32)

Step = Callable[[Engine, np.ndarray], None]


def _same_values(
    seed: int, dtype: type[np.floating], lengths: list[int], step: Step, boost: str = "1.64"
) -> None:
    """Both engines fill buffers of the lengths given, one after the other, and end alike."""
    ours, reference = kernels.KernelEngine(seed, boost), ReferenceEngine(seed, boost)
    for length in [*lengths, 7]:
        made, wanted = np.ones(length, dtype), np.ones(length, dtype)
        step(ours, made)
        step(reference, wanted)
        assert made.tobytes() == wanted.tobytes()


@given(SEEDS, DTYPES, LENGTHS, FLOATS, FLOATS)
def test_uniforms_are_the_reference_s(
    seed: int, dtype: type[np.floating], lengths: list[int], a: float, b: float
) -> None:
    low, high = min(a, b), max(a, b)
    _same_values(seed, dtype, lengths, lambda engine, out: engine.uniform(low, high, out))


@given(SEEDS, DTYPES, LENGTHS)
def test_uniforms_of_an_empty_span_drop_draws_as_the_reference_does(
    seed: int, dtype: type[np.floating], lengths: list[int]
) -> None:
    _same_values(seed, dtype, lengths, lambda engine, out: engine.uniform(0.5, 0.5, out))


def test_uniforms_whose_span_overflows_are_halved_as_in_the_reference() -> None:
    largest = float(np.finfo(np.float32).max)
    _same_values(7, np.float32, [3000], lambda engine, out: engine.uniform(-largest, largest, out))


@given(SEEDS, DTYPES, LENGTHS, FLOATS, st.floats(2**-10, 16, width=32), st.sampled_from(BOOSTS))
def test_gaussians_are_the_reference_s(
    seed: int, dtype: type[np.floating], lengths: list[int], mean: float, std: float, boost: str
) -> None:
    _same_values(seed, dtype, lengths, lambda engine, out: engine.gaussian(mean, std, out), boost)


@given(SEEDS, DTYPES, LENGTHS, st.floats(2**-20, 1, width=32))
def test_thinning_is_the_reference_s(
    seed: int, dtype: type[np.floating], lengths: list[int], probability: float
) -> None:
    _same_values(seed, dtype, lengths, lambda engine, out: engine.thin(probability, out))


@given(SEEDS, st.lists(st.integers(0, 1300), max_size=4))
def test_skipping_is_taking_and_forgetting(seed: int, counts: list[int]) -> None:
    def skip_then_draw(engine: Engine, out: np.ndarray) -> None:
        engine.skip(out.size)
        engine.uniform(0, 1, out)

    _same_values(seed, np.float32, counts, skip_then_draw)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", [0, 1701, 2**32 - 1])
def test_a_million_gaussians_hold_the_rare_cases_alike(seed: int, dtype: type[np.floating]) -> None:
    # A million candidates meet some 1,300 tails, and rejections of every kind.
    _same_values(seed, dtype, [1_000_003], lambda engine, out: engine.gaussian(0, 1, out))


def test_the_engine_is_mt19937_with_the_classic_seeding() -> None:
    # The first outputs of Matsumoto and Nishimura's own program for init_genrand(5489).
    draws = [3499211612, 581869302, 3890346734, 3586334585, 545404204]
    out = np.empty(5, np.float64)
    kernels.KernelEngine(5489, "1.64").uniform(0.0, 1.0, out)
    assert (out * 2.0**32).round().tolist() == draws


@pytest.mark.parametrize("seed", [1, 2])
def test_both_engines_agree_after_any_mixture(seed: int) -> None:
    def mixture(engine: Engine, out: np.ndarray) -> None:
        engine.gaussian(0, 1, out)
        engine.skip(3)
        engine.uniform(-1, 1, out[: out.size // 2])
        engine.thin(0.5, out)

    _same_values(seed, np.float32, [1, 623, 624, 625, 1249], mixture)


def test_the_environment_asks_for_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILLERKIT_KERNELS", "numpy")
    assert isinstance(make_engine(1), ReferenceEngine)
    monkeypatch.delenv("FILLERKIT_KERNELS")
    assert isinstance(make_engine(1), kernels.KernelEngine)
