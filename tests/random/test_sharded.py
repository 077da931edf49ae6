"""The sharded stream: an engine for each tile of each blob."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.fillers import Distribution
from fillerkit.random import sharded
from fillerkit.random.sharded import ShardedStream

Floats = np.ndarray[tuple[int], np.dtype[np.floating]]
FILLERS = [
    "xavier",
    "msra",
    "gaussian(std=0.1 sparse=2)",
    "truncated_gaussian(std=0.1)",
    "positive_unitball",
    "constant(value=3)",
]


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of 1000 values, so that a small blob has many."""
    monkeypatch.setattr(sharded, "TILE", 1000)


def _net(filler: str, rows: int = 30, columns: int = 400) -> fk.Net:
    return fk.load_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 '
        f"dim: {columns} }} }} }}\n"
        'layer { name: "fc" type: "InnerProduct" bottom: "x" top: "fc" '
        f"inner_product_param {{ num_output: {rows} }} }}",
        fillers={"fc": filler},
    )


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_bytes_do_not_depend_on_the_number_of_jobs(filler: str, dtype: str) -> None:
    net = _net(filler)
    made = [net.fill(7, dtype, stream="sharded", jobs=jobs)["fc"].weight for jobs in (1, 2, 5)]
    assert made[0].tobytes() == made[1].tobytes() == made[2].tobytes()


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("boost", ["1.55", "1.64"])
def test_a_slice_made_alone_is_that_of_the_whole(filler: str, boost: str) -> None:
    net = _net(filler)
    whole = net.fill(7, boost=boost, stream="sharded")["fc"]
    for rows in (slice(None), slice(0, 1), slice(3, 17), slice(-2, None), slice(1, 29, 5)):
        part = net.fill_slice("fc", 0, rows, seed=7, boost=boost)
        assert np.array_equal(part, whole.weight[rows])
    assert np.array_equal(net.fill_slice("fc", 1, slice(2, 9), seed=7), whole.bias[2:9])


@pytest.mark.usefixtures("small_tiles")
@given(st.integers(-40, 40), st.integers(-40, 40), st.integers(1, 9))
def test_any_slice_can_be_made_alone(start: int, stop: int, step: int) -> None:
    net = _net("msra", 30, 77)
    rows = slice(start, stop, step)
    whole = net.fill(1, stream="sharded")["fc"].weight
    assert np.array_equal(net.fill_slice("fc", 0, rows, seed=1), whole[rows])


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("jobs", [1, 3])
def test_pieces_are_the_whole_and_live_until_more_have_been_asked_for(
    filler: str, jobs: int
) -> None:
    distribution: Distribution = _net(filler).layers[1].params[0].distribution
    stream = ShardedStream(3, "1.64", jobs)
    whole = np.empty(12_000, np.float32)
    stream.fill(("fc", 0), distribution, whole)
    kept: list[Floats] = []
    found = []
    for piece in stream.chunks(("fc", 0), distribution, 12_000, np.float32):
        kept.append(piece)
        if len(kept) == 4:
            found.append(kept.pop(0).copy())
    found += [piece.copy() for piece in kept]
    assert np.array_equal(np.concatenate(found), whole)


@pytest.mark.usefixtures("small_tiles")
def test_after_an_interruption_only_the_tiles_that_wait_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []

    def stopped(self: ShardedStream, blob: object, base: object, tile: int, out: Floats) -> None:
        made.append(tile)
        if tile == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(ShardedStream, "_fill_tile", stopped)
    stream, out = ShardedStream(1, "1.64", 2), np.empty(100_000, np.float32)
    with pytest.raises(KeyboardInterrupt):
        stream.fill(("a", 0), fk.Uniform(0, 1), out)
    assert len(made) <= 4


def test_a_blob_has_the_same_values_whatever_comes_before_it() -> None:
    alone, net = _net("xavier"), _net("xavier")
    more = fk.load_net(
        'layer { name: "m" type: "MemoryData" top: "d" top: "l" memory_data_param { batch_size: 1 '
        "channels: 400 height: 1 width: 1 } transform_param { mirror: true } }\n"
        'layer { name: "other" type: "InnerProduct" bottom: "d" top: "o" '
        'inner_product_param { num_output: 9 weight_filler { type: "msra" } } }\n'
        'layer { name: "fc" type: "InnerProduct" bottom: "d" top: "fc" '
        'inner_product_param { num_output: 30 weight_filler { type: "xavier" } } }'
    )
    weight = alone.fill(5, stream="sharded")["fc"].weight
    assert np.array_equal(net.fill(5, stream="sharded")["fc"].weight, weight)
    assert np.array_equal(more.fill(5, stream="sharded")["fc"].weight, weight)


def test_seed_layer_and_blob_each_make_other_values() -> None:
    uniform = fk.Uniform(-1, 1)
    made = []
    for seed, blob in [(1, ("a", 0)), (2, ("a", 0)), (1, ("b", 0)), (1, ("a", 1)), (1, ("a\0", 0))]:
        out = np.empty(100, np.float32)
        ShardedStream(seed, "1.64", 1).fill(blob, uniform, out)
        made.append(out)
    for one, other in combinations(made, 2):
        assert not np.any(one == other)


def test_the_stream_stays_as_it_is() -> None:
    # Recorded once: another hash, tile or order of words would make other bits.
    out = np.empty(sharded.TILE + 2, np.float32)
    ShardedStream(1701, "1.64", 2).fill(("conv1", 0), fk.Uniform(0, 1), out)
    assert out[[0, 1, sharded.TILE, sharded.TILE + 1]].tolist() == RECORDED


RECORDED = [0.09544768929481506, 0.3017309904098511, 0.27139464020729065, 0.03160220757126808]


def _cdf_uniform(x: Floats) -> Floats:
    return np.clip((x + 1) / 2, 0, 1)


def _cdf_normal(x: Floats) -> Floats:
    return np.array([(1 + erf(value / sqrt(2))) / 2 for value in x])


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize(
    ("distribution", "cdf"),
    [(fk.Uniform(-1, 1), _cdf_uniform), (fk.Gaussian(0, 1), _cdf_normal)],
    ids=["uniform", "gaussian"],
)
def test_tiles_are_independent_samples_of_their_distribution(
    distribution: Distribution, cdf: Callable[[Floats], Floats]
) -> None:
    """Moments, Kolmogorov-Smirnov, and the correlation of tiles, at 5 standard errors."""
    tiles, size = 200, 1000
    out = np.empty(tiles * size, np.float64)
    ShardedStream(11, "1.64", 1).fill(("fc", 0), distribution, out)
    count = out.size
    assert abs(out.mean() - distribution.mean) < 5 * distribution.std / sqrt(count)
    assert abs(out.std() / distribution.std - 1) < 5 / sqrt(count)
    ordered = np.sort(out)
    steps = np.arange(1, count + 1) / count
    gap = np.max(np.abs(cdf(ordered) - steps))
    assert gap < 2 / sqrt(count)  # 1.95 is passed once in 1000 times
    table = out.reshape(tiles, size)
    correlation = np.asarray(np.corrcoef(table))
    between = correlation[np.triu_indices(tiles, 1)]
    assert np.max(np.abs(between)) < 6 / sqrt(size)  # of 19,900 pairs
    assert abs(between.std() * sqrt(size) - 1) < 0.05
    # The n-th values of the tiles are a sample of the distribution too: no two states are alike.
    assert abs(table.mean(axis=0).std() * sqrt(tiles) / distribution.std - 1) < 0.15


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"stream": "shraded"}, "stream is 'caffe' or 'sharded'"),
        ({"stream": "caffe", "jobs": 0}, "1 or more"),
        ({"stream": "caffe", "jobs": "2"}, "1 or more, not '2'"),
        ({"stream": "sharded", "jobs": 0}, "1 or more"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(words: dict[str, str], said: str) -> None:
    with pytest.raises(fk.UsageError, match=said):
        _net("xavier").fill(1, **words)  # type: ignore[arg-type]


def test_a_slice_of_nothing_known_is_refused_with_the_nearest() -> None:
    net = _net("xavier")
    with pytest.raises(fk.UsageError, match="did you mean 'fc'"):
        net.fill_slice("fcc", 0, slice(1), seed=1)
    with pytest.raises(fk.UsageError, match="none of index 2"):
        net.fill_slice("fc", 2, slice(1), seed=1)
    with pytest.raises(fk.UsageError, match="a slice of the first axis"):
        net.fill_slice("fc", 0, 3, seed=1)  # type: ignore[arg-type]
    with pytest.raises(fk.UsageError, match="forward"):
        net.fill_slice("fc", 0, slice(None, None, -1), seed=1)
