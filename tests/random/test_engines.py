"""The engines: the kernels make the reference's bits, and the reference makes Caffe's."""

from __future__ import annotations

import sys
import threading
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from chosen import untempered
from hypothesis import example, given
from hypothesis import strategies as st

from fillerkit.errors import FillerError, UsageError
from fillerkit.random import uniform
from fillerkit.random.draws import DrawStream
from fillerkit.random.engine import BOOSTS, NUMPY, Engine, kernel_path, kernel_paths, make_engine
from fillerkit.random.reference import ReferenceEngine
from fillerkit.random.uniform import uniform_span
from fillerkit.random.ziggurat import kernel_tables

kernels = pytest.importorskip("fillerkit.random.compiled", reason="built without a compiler")

SEEDS = st.integers(0, 2**32 - 1)
DTYPES = st.sampled_from([np.float32, np.float64])
LENGTHS = st.lists(st.integers(0, 1500), min_size=1, max_size=5)
FLOATS = st.floats(-1024, 1024, width=32)
OFFSETS = st.integers(0, 9)

Step = Callable[[Engine, np.ndarray], None]


def _same_values(
    seed: int | np.ndarray,
    dtype: type[np.floating],
    lengths: list[int],
    step: Step,
    boost: str = "1.64",
    offset: int = 0,
    position: int = 624,
) -> None:
    """On each path the kernels fill buffers of the lengths given, and end, as the reference.

    The buffers begin `offset` elements into their memory, the draws at `position` of a state that
    is given whole.
    """
    wanted = _filled(_at(position, ReferenceEngine(seed, boost)), dtype, lengths, step, offset)
    for path in kernels.PATHS:
        ours = _at(position, kernels.KernelEngine(seed, boost, path))
        made = _filled(ours, dtype, lengths, step, offset)
        assert made.tobytes() == wanted.tobytes(), path


def _filled(
    engine: Engine, dtype: type[np.floating], lengths: list[int], step: Step, offset: int
) -> np.ndarray:
    """All buffers one after the other, with what is around them, which nobody may touch."""
    made = []
    for length in [*lengths, 7]:
        made.append(np.ones(offset + length + 70, dtype))
        step(engine, made[-1][offset : offset + length])
    return np.concatenate(made)


def _at(position: int, engine: Engine) -> Engine:
    if position == 624:
        return engine
    if isinstance(engine, ReferenceEngine):
        state = engine._draws._state
        words = state.get_state(legacy=False)
        words["state"]["pos"] = position
        state.set_state(words)
    else:
        engine._state[624] = position  # type: ignore[attr-defined]
    return engine


@given(SEEDS, DTYPES, LENGTHS, FLOATS, FLOATS, OFFSETS)
def test_uniforms_are_the_reference_s(
    seed: int, dtype: type[np.floating], lengths: list[int], a: float, b: float, offset: int
) -> None:
    def fill(engine: Engine, out: np.ndarray) -> None:
        engine.uniform(min(a, b), max(a, b), out)

    _same_values(seed, dtype, lengths, fill, offset=offset)


@given(SEEDS, DTYPES, LENGTHS)
def test_uniforms_of_an_empty_span_drop_draws_as_the_reference_does(
    seed: int, dtype: type[np.floating], lengths: list[int]
) -> None:
    _same_values(seed, dtype, lengths, lambda engine, out: engine.uniform(0.5, 0.5, out))


def test_uniforms_whose_span_overflows_are_halved_as_in_the_reference() -> None:
    largest = float(np.finfo(np.float32).max)
    _same_values(7, np.float32, [3000], lambda engine, out: engine.uniform(-largest, largest, out))


LARGEST, LEAST = float(np.finfo(np.float32).max), 2.0**-149
BELOW = float(np.nextafter(np.float32(LARGEST), 0))
FINITE = [0.0, -0.0, LEAST, -LEAST, 2.0**-126, 1.0, BELOW, LARGEST, -LARGEST]
BEYOND = [np.inf, -np.inf, np.nan, 1e39, float(np.finfo(np.float64).max)]
EXTREMES = st.sampled_from([*FINITE, *BEYOND])
ANY = EXTREMES | st.floats(width=32)


@given(SEEDS, DTYPES, ANY, ANY)
@example(1, np.float32, LARGEST, LARGEST)
@example(1, np.float64, LARGEST, LARGEST)
@example(1, np.float32, -LARGEST, LARGEST)
@example(1, np.float32, 1e39, 1e39)
@example(1, np.float64, np.finfo(np.float64).max, np.finfo(np.float64).max)
@example(1, np.float64, -np.inf, np.inf)
@example(0, np.float32, 2.0**-125 + LEAST * 2, 2.0**-125 + LEAST * 2)
def test_limits_that_no_draw_makes_a_value_of_are_refused_and_of_others_many_draws_do(
    seed: int, dtype: type[np.floating], low: float, high: float
) -> None:
    largest = float(np.finfo(dtype).max)
    empty = not -largest <= low <= high <= largest or low == largest
    try:
        first, end, _ = uniform_span(low, high, dtype)
    except FillerError:
        assert empty
        return
    assert not empty
    assert uniform._scale(DrawStream(seed).take(4000), first, end, dtype).size > 900
    _same_values(seed, dtype, [50], lambda engine, out: engine.uniform(low, high, out))


@pytest.mark.parametrize("make", [ReferenceEngine, kernels.KernelEngine])
def test_both_engines_refuse_limits_that_no_draw_makes_a_value_of(
    make: Callable[[int, str], Engine],
) -> None:
    with pytest.raises(FillerError, match=r"in float32, min 3.40282347e\+38 .* a smaller min"):
        make(1, "1.64").uniform(LARGEST, LARGEST, np.empty(3, np.float32))


@given(
    SEEDS,
    DTYPES,
    ANY,
    st.floats(0, exclude_min=True, width=32),
    st.sampled_from(BOOSTS),
)
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_gaussians_of_any_mean_and_std_end_and_are_the_reference_s(
    seed: int, dtype: type[np.floating], mean: float, std: float, boost: str
) -> None:
    def is_made(engine: Engine, out: np.ndarray) -> None:
        engine.gaussian(mean, std, out)
        out[np.isnan(out)] = np.nan  # which of the many it is, is the processor's

    _same_values(seed, dtype, [700], is_made, boost)


@given(
    SEEDS,
    DTYPES,
    LENGTHS,
    FLOATS,
    st.floats(2**-10, 16, width=32),
    st.sampled_from(BOOSTS),
    OFFSETS,
)
def test_gaussians_are_the_reference_s(
    seed: int,
    dtype: type[np.floating],
    lengths: list[int],
    mean: float,
    std: float,
    boost: str,
    offset: int,
) -> None:
    def fill(engine: Engine, out: np.ndarray) -> None:
        engine.gaussian(mean, std, out)

    _same_values(seed, dtype, lengths, fill, boost, offset)


@given(SEEDS, DTYPES, LENGTHS, st.sampled_from(BOOSTS))
def test_values_made_in_small_pieces_are_the_reference_s(
    seed: int, dtype: type[np.floating], lengths: list[int], boost: str
) -> None:
    def mixture(engine: Engine, out: np.ndarray) -> None:
        engine.gaussian(0.5, 2, out)
        engine.thin(0.5, out)
        engine.skip(out.size)
        engine.uniform(-1, 1, out[: out.size // 2])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "IN_C", 64)
        patch.setattr(kernels, "IN_NUMPY", 64)
        _same_values(seed, dtype, lengths, mixture, boost)


def test_no_call_of_a_kernel_makes_more_than_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: dict[str, list[int]] = {"uniform": [], "gaussian": [], "box_muller": [], "thin": []}

    def counting(name: str) -> Callable[..., None]:
        def count(path: int, state: np.ndarray, out: np.ndarray, *more: object) -> None:
            sizes[name].append(out.size)

        return count

    for name in sizes:
        monkeypatch.setattr(kernels._kernels, name, counting(name))
    out = np.empty(2 * kernels.IN_C + 3, np.float32)
    for boost in ("1.55", "1.64"):
        kernels.KernelEngine(1, boost).gaussian(0, 1, out)
    kernels.KernelEngine(1, "1.64").uniform(0, 1, out)
    kernels.KernelEngine(1, "1.64").thin(0.5, out)
    assert all(calls == [kernels.IN_C, kernels.IN_C, 3] for calls in sizes.values())


def test_the_reference_passes_over_any_number_of_draws_in_little_memory() -> None:
    tracemalloc.start()
    try:
        ReferenceEngine(1, "1.64").skip(1 << 23)
        assert tracemalloc.get_traced_memory()[1] < 1 << 22
    finally:
        tracemalloc.stop()


# Uniforms of 1 and just below; every place of layer 127 is slow; layer 0, which has the tail.
AWKWARD = [0xFFFFFFFF, 0xFFFFFF80, 0xFFFFFF7F, 0xFFFFFFFE, 0x7F0000FE, 0xFFFFFF00, 0xFFFFFF01, 0, 1]


@given(
    st.lists(st.sampled_from(AWKWARD) | SEEDS, min_size=2, max_size=40).filter(
        lambda d: max(d) > 9
    ),
    DTYPES,
    LENGTHS,
    st.sampled_from(BOOSTS),
    st.integers(0, 623),
)
def test_awkward_draws_anywhere_in_a_block_are_the_reference_s(
    draws: list[int], dtype: type[np.floating], lengths: list[int], boost: str, position: int
) -> None:
    awkward = np.random.RandomState(1).randint(0, 2**32, 624, np.uint32)
    awkward[: len(draws) * 3] = np.resize(np.array(draws, np.uint32), len(draws) * 3)
    words = untempered(np.roll(awkward, position))
    _same_values(words, dtype, lengths, _standard, boost, 0, position)


def _standard(engine: Engine, out: np.ndarray) -> None:
    engine.gaussian(0, 1, out)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_edge_of_each_layer_is_where_the_reference_has_it(dtype: type[np.floating]) -> None:
    width, inside = kernel_tables(dtype)[0][:2].astype(np.float64)
    edge = (inside[:128] / width[:128] * 2**24).astype(np.int64)
    for past in range(-2, 4):
        place = np.clip(edge + past, 0, 2**24 - 1)
        candidates = np.repeat(place << 8 | np.arange(128) << 1 | 1, 2)
        candidates[1::2] ^= 1
        draws = np.random.RandomState(1).randint(0, 2**32, 624, np.uint32)
        draws[:512:2] = candidates
        _same_values(untempered(draws), dtype, [400], _standard, position=0)


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
@pytest.mark.parametrize("boost", BOOSTS)
def test_a_million_gaussians_hold_the_rare_cases_alike(
    seed: int, dtype: type[np.floating], boost: str
) -> None:
    # A million candidates meet some 600 tails, and rejections of every kind.
    _same_values(seed, dtype, [1_000_003], _standard, boost)


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
    assert kernel_path() == NUMPY
    assert isinstance(make_engine(1), ReferenceEngine)
    monkeypatch.delenv("FILLERKIT_KERNELS")
    assert kernel_path() == kernels.PATHS[0]
    assert isinstance(make_engine(1), kernels.KernelEngine)


def test_the_environment_asks_for_any_path_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in kernel_paths():
        monkeypatch.setenv("FILLERKIT_KERNELS", path)
        assert kernel_path() == path
    monkeypatch.setenv("FILLERKIT_KERNELS", "avx3")
    with pytest.raises(
        UsageError, match=r"FILLERKIT_KERNELS=avx3: this machine has .*portable, numpy"
    ):
        make_engine(1)


def test_without_kernels_the_reference_makes_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fillerkit.random.compiled", None)
    monkeypatch.delenv("FILLERKIT_KERNELS", raising=False)
    assert kernel_paths() == (NUMPY,)
    assert isinstance(make_engine(1), ReferenceEngine)


@pytest.mark.parametrize("path", kernels.PATHS)
@pytest.mark.parametrize(
    "step", [_standard, lambda engine, out: engine.uniform(0, 1, out)], ids=["gaussian", "uniform"]
)
def test_other_threads_run_while_the_kernels_do(path: str, step: Step) -> None:
    """No thread is made to let others run, so this one only does where a kernel lets it."""
    seen, tries = threading.Event(), 200
    made: list[None] = []

    def fill() -> None:
        engine, out = kernels.KernelEngine(1, "1.64", path), np.empty(1 << 20, np.float32)
        while not seen.is_set() and len(made) < tries:
            step(engine, out)
            made.append(None)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        thread = threading.Thread(target=fill)
        thread.start()
        seen.set()
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(made) < tries
