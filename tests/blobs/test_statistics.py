"""Statistics of values, and how they are held against the theory."""

from __future__ import annotations

from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import fillerkit as fk
from fillerkit.blobs import pieces
from fillerkit.blobs.statistics import Statistics
from fillerkit.formats.stored import Array, Start

NUMBERS = st.floats(-1e6, 1e6, width=32) | st.sampled_from([0.0, -0.0])
ANY = NUMBERS | st.sampled_from([np.nan, np.inf, -np.inf])


def arrays(of: st.SearchStrategy[float], least: int = 0) -> st.SearchStrategy[Array]:
    return hnp.arrays(np.float32, st.integers(least, 200), elements=of)


def net(weight: str, bias: str = "", outputs: int = 60) -> fk.Net:
    return fk.load_net(f"""
    layer {{ name: "d" type: "Input" top: "d" input_param {{ shape {{ dim: [1, 50] }} }} }}
    layer {{ name: "p" type: "InnerProduct" bottom: "d" top: "p" inner_product_param {{
            num_output: {outputs} weight_filler {{ {weight} }} bias_filler {{ {bias} }} }} }}
    """)


@given(arrays(NUMBERS, 1))
def test_they_are_those_of_numpy(values: Array) -> None:
    found = Statistics.of(values)
    exact = values.astype(np.float64)
    about = 1e-9 * float(np.abs(exact).max())
    assert found.mean == pytest.approx(exact.mean(), rel=1e-9, abs=about)
    assert found.std == pytest.approx(exact.std(), rel=1e-9, abs=about)
    assert (found.low, found.high) == (exact.min(), exact.max())
    assert (found.count, found.zeros) == (values.size, int((values == 0).sum()))


@given(arrays(ANY), arrays(ANY))
def test_merged_they_are_those_of_the_whole(first: Array, second: Array) -> None:
    merged = Statistics.of(first).merged(Statistics.of(second))
    whole = Statistics.of(np.concatenate([first, second]))
    for name in ("count", "zeros", "nans", "infinities"):
        assert getattr(merged, name) == getattr(whole, name)
    spread = max(abs(whole.low), abs(whole.high)) if whole.finite else 0.0
    for name in ("low", "high", "mean", "std"):
        expected = pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-9 * spread, nan_ok=True)
        assert getattr(merged, name) == expected
    for power, name in ((2, "m2"), (3, "m3"), (4, "m4")):
        about = 1e-9 * max(1, whole.finite) * spread**power
        assert getattr(merged, name) == pytest.approx(getattr(whole, name), rel=1e-9, abs=about)


@settings(max_examples=20)
@given(st.integers(1, 4), st.integers(-2, 2))
def test_many_pieces_give_what_all_at_once_gives(count: int, more: int) -> None:
    values = np.random.default_rng(count).normal(1000, 1, count * pieces.SIZE + more)
    found = Statistics.of(values)
    assert found.count == values.size
    assert found.mean == pytest.approx(values.mean(), rel=1e-12)
    assert found.std == pytest.approx(values.std(), rel=1e-9)
    assert found.kurtosis == pytest.approx(3, abs=0.2)


@given(arrays(ANY))
def test_what_is_not_finite_is_counted_and_left_out(values: Array) -> None:
    found = Statistics.of(values)
    finite = values[np.isfinite(values)]
    alone = Statistics.of(finite)
    assert found.nans == int(np.isnan(values).sum())
    assert found.infinities == int(np.isinf(values).sum())
    assert found.finite == finite.size
    assert found.mean == pytest.approx(alone.mean, rel=1e-6, abs=1e-3, nan_ok=True)
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high), nan_ok=True)


def test_no_values_have_no_mean_and_no_extremes() -> None:
    found = Statistics.of(np.zeros((0, 3), np.float32))
    assert found.count == 0
    for value in (found.mean, found.std, found.low, found.high, found.kurtosis):
        assert isnan(value)


def test_a_single_value_is_its_own_mean_and_has_no_spread() -> None:
    found = Statistics.of(np.array(2.5, np.float32))
    assert (found.mean, found.std, found.low, found.high) == (2.5, 0, 2.5, 2.5)


def test_zeros_of_either_sign_count_as_zeros() -> None:
    assert Statistics.of(np.array([0.0, -0.0, 1.0])).zeros == 2


def test_a_small_spread_far_from_0_is_not_lost() -> None:
    values = np.array([1e9, 1e9 + 1, 1e9 + 2] * 10_000)
    assert Statistics.of(values).std == pytest.approx(sqrt(2 / 3), rel=1e-12)


def test_values_whose_sum_overflows_do_not_crash() -> None:
    found = Statistics.of(np.array([1e308, 1e308, -1e308]))
    assert (found.low, found.high, found.infinities) == (-1e308, 1e308, 0)


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f2", ">f8", "<i8", "?"])
def test_any_type_of_number_will_do(dtype: str) -> None:
    found = Statistics.of(np.array([0, 1, 1], dtype))
    assert found.mean == pytest.approx(2 / 3)
    assert found.zeros == 1


def test_values_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(fk.FormatError, match="<U1, not numbers"):
        Statistics.of(np.array(["a"]))


def test_values_out_of_order_are_taken_in_c_order() -> None:
    array = np.arange(3 * pieces.SIZE, dtype=np.float32).reshape(3, -1).T
    assert not array.flags.c_contiguous
    assert (np.concatenate(list(pieces.pieces(array))) == array.reshape(-1)).all()


def test_every_blob_is_there_with_what_it_was_filled_with() -> None:
    weight, bias = fk.stats(net('type: "xavier"', "value: 0.5").fill(seed=1))
    assert (weight.layer, weight.index, weight.name) == ("p", 0, "weight")
    assert weight.theory is not None
    assert weight.theory.words.startswith("uniform")
    assert weight.found.std == pytest.approx(50**-0.5, rel=0.05)
    assert (bias.found.mean, bias.found.std) == (0.5, 0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "filler",
    [
        'type: "xavier"',
        'type: "msra"',
        'type: "gaussian" std: 0.1 mean: 3',
        'type: "gaussian" std: 1 sparse: 1',
        'type: "uniform" min: 1 max: 2',
        'type: "positive_unitball"',
        "value: 0.1",
    ],
)
@pytest.mark.parametrize("outputs", [1, 7, 300])
def test_what_a_filler_makes_is_not_odd(filler: str, dtype: str, outputs: int) -> None:
    made = net(filler, outputs=outputs)
    for seed in range(5):
        blobs = made.fill(seed=seed, dtype=dtype)
        for theory in (None, made):
            assert [blob.oddities for blob in fk.stats(blobs, theory)] == [(), ()]


def test_another_mean_or_std_than_the_fillers_is_said() -> None:
    blobs = net('type: "gaussian" std: 0.1').fill(seed=1)
    (twice,) = fk.stats(blobs, net('type: "gaussian" std: 0.05'))[0].oddities
    assert twice.startswith("std 0.1")
    assert "is not 0.05" in twice
    (moved,) = fk.stats(blobs, net('type: "gaussian" std: 0.1 mean: 0.02'))[0].oddities
    assert moved.startswith("mean ")
    assert "standard errors off" in moved


def test_a_constant_that_is_another_is_said() -> None:
    blobs = net("value: 0.5").fill(seed=1)
    assert fk.stats(blobs, net("value: 0.25"))[0].oddities == ("mean 0.5 is not 0.25",)


def test_six_standard_errors_are_where_it_begins() -> None:
    found = Statistics.of(np.array([-1.0, 1.0] * 5000))  # a standard error of the mean is 0.01
    assert found.oddities(Start("std", 0.0599, 1.0)) == ()
    assert found.oddities(Start("std", 0.0601, 1.0)) == (
        "mean 0 is not 0.0601, 6 standard errors off",
    )


def test_what_is_not_known_is_not_held_against_anything() -> None:
    assert Statistics.of(np.array([1.0, 2.0])).oddities(Start("something", nan, nan)) == ()


def test_what_is_no_number_is_odd_without_a_theory_too() -> None:
    found = Statistics.of(np.array([np.nan, np.inf, -np.inf, 1]))
    assert found.oddities() == ("1 not a number", "2 infinite")


def test_a_signalling_nan_raises_no_signal() -> None:
    values = np.array([0x7F800001, 0], np.uint32).view(np.float32)
    (blob,) = fk.stats(fk.Blobs({("p", 0): ("", values)}, {}, {}))
    assert blob.found.nans == 1
    assert blob.histogram(3) == (1, 0, 0)


def test_a_theory_may_be_given_by_layer_and_index() -> None:
    weight, bias = fk.stats(net("value: 1").fill(seed=1), {("p", 0): ("constant 2", 2.0, 0.0)})
    assert weight.oddities == ("mean 1 is not 2",)
    assert bias.theory is None


def test_a_net_tells_nothing_of_a_blob_of_another_shape() -> None:
    weight, bias = fk.stats(net("").fill(seed=1), net("", outputs=59))
    assert (weight.theory, bias.theory) == (None, None)


def test_shared_values_are_looked_at_once() -> None:
    shared = fk.load_net("""
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3] } } }
    layer { name: "p" type: "InnerProduct" bottom: "d" top: "p" param { name: "w" }
            inner_product_param { num_output: 4 bias_term: false } }
    layer { name: "q" type: "InnerProduct" bottom: "d" top: "q" param { name: "w" }
            inner_product_param { num_output: 4 bias_term: false } }
    """)
    (blob,) = fk.stats(shared.fill(seed=1), shared)
    assert [(alias.layer, alias.index) for alias in blob.aliases] == [("q", 0)]


@given(arrays(ANY, 1), st.integers(1, 50))
def test_a_histogram_counts_every_finite_value_once(values: Array, bins: int) -> None:
    (blob,) = fk.stats(fk.Blobs({("p", 0): ("", values)}, {}, {}))
    counts = blob.histogram(bins)
    assert len(counts) == bins
    assert sum(counts) == blob.found.finite


@given(arrays(NUMBERS, 1))
def test_the_extremes_lie_in_the_first_and_the_last_bin(values: Array) -> None:
    (blob,) = fk.stats(fk.Blobs({("p", 0): ("", values)}, {}, {}))
    if blob.found.low < blob.found.high:
        counts = blob.histogram(7)
        assert counts[0] > 0
        assert counts[-1] > 0


def test_a_histogram_is_numpys() -> None:
    values = np.random.default_rng(1).normal(size=50_000)
    (blob,) = fk.stats(fk.Blobs({("p", 0): ("", values)}, {}, {}))
    assert blob.histogram(31) == tuple(np.histogram(values, 31)[0])


def test_a_histogram_without_bins_is_refused() -> None:
    (blob,) = fk.stats(fk.Blobs({("p", 0): ("", np.zeros(3))}, {}, {}))
    with pytest.raises(fk.UsageError, match="1 bin or more, not 0"):
        blob.histogram(0)
