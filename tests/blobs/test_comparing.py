"""Two sets of blobs held against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import fillerkit as fk
from fillerkit.blobs import pieces
from fillerkit.blobs.comparing import ulp_distance
from fillerkit.formats.stored import Alias, Array

KINDS = [np.float16, np.float32, np.float64]
NAN = 0x7FC00000


def blobs(
    origin: Mapping[str, Any] | None = None, /, **layers: Array | Sequence[float]
) -> fk.Blobs:
    """A blob 0 for each layer, of float32 unless it is an array already."""
    owned = {
        (layer, 0): (
            "weight",
            values if isinstance(values, np.ndarray) else np.array(values, np.float32),
        )
        for layer, values in layers.items()
    }
    return fk.Blobs(owned, {}, origin or {})


def values(a: Array | Sequence[float], b: Array | Sequence[float]) -> fk.ValueDifference:
    """How the values of the only blob differ."""
    (difference,) = fk.compare(blobs(p=a), blobs(p=b)).differences
    assert difference.values is not None
    return difference.values


def singles(numbers: Any) -> Array:
    return np.array(numbers, np.float32)


def bits(*patterns: int) -> Array:
    return np.array(patterns, np.uint32).view(np.float32)


@st.composite
def any_blobs(draw: st.DrawFn) -> fk.Blobs:
    """One to three blobs of any shape and type, any bits in them."""
    shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    dtypes = hnp.floating_dtypes(sizes=(16, 32, 64))
    names = draw(st.lists(st.sampled_from("pqrs"), min_size=1, max_size=3, unique=True))
    return blobs(**{name: np.asarray(draw(hnp.arrays(dtypes, shapes))) for name in names})


@given(any_blobs())
def test_anything_is_equal_to_itself(any_: fk.Blobs) -> None:
    found = fk.compare(any_, any_)
    assert found.equal
    assert found.close
    assert found.blobs == len(any_)


@given(any_blobs(), any_blobs())
def test_the_other_way_round_it_is_the_same_mirrored(a: fk.Blobs, b: fk.Blobs) -> None:
    mirrored = {(d.layer, d.index): d for d in fk.compare(b, a).differences}
    found = fk.compare(a, b).differences
    assert len(found) == len(mirrored)
    for difference in found:
        other = mirrored[difference.layer, difference.index]
        assert other.shapes == difference.shapes[::-1]
        assert other.dtypes == difference.dtypes[::-1]
        assert (other.values is None) == (difference.values is None)
        if difference.values is not None and other.values is not None:
            for name in ("count", "largest", "ulp", "nans"):
                assert getattr(other.values, name) == getattr(difference.values, name)


def test_equal_blobs_are_counted() -> None:
    found = fk.compare(blobs(p=[1, 2], q=[3]), blobs(p=[1, 2], q=[3]))
    assert (found.equal, found.blobs, found.count) == (True, 2, 3)


def test_a_blob_that_only_one_has_is_said() -> None:
    found = fk.compare(blobs(p=[1], q=[2, 3]), blobs(p=[1], r=[4]))
    assert [(d.layer, d.what) for d in found.differences] == [
        ("q", ("only in A",)),
        ("r", ("only in B",)),
    ]
    assert found.differences[0].shapes == ((2,), None)
    assert (found.blobs, found.count) == (3, 1)


def test_another_shape_is_a_difference_though_the_values_are_the_same() -> None:
    (difference,) = fk.compare(blobs(p=singles([[1, 2]])), blobs(p=singles([1, 2]))).differences
    assert difference.what == ("shape",)
    assert difference.shapes == ((1, 2), (2,))


def test_values_of_another_shape_are_compared_where_there_are_as_many() -> None:
    a, b = singles([[1, 2], [3, 4]]), singles([1, 2, 3, 5])
    (difference,) = fk.compare(blobs(p=a), blobs(p=b)).differences
    assert difference.what == ("shape", "values")
    assert difference.values is not None
    assert difference.values.at == (1, 1)


def test_another_number_of_values_is_a_difference_in_shape_alone() -> None:
    (difference,) = fk.compare(blobs(p=[1, 2]), blobs(p=[1, 2, 3])).differences
    assert difference.what == ("shape",)


def test_another_type_with_the_same_numbers_is_a_difference_in_type_alone() -> None:
    a = np.array([1, np.nan, np.inf, -0.0], np.float32)
    (difference,) = fk.compare(blobs(p=a), blobs(p=a.astype(np.float64))).differences
    assert difference.what == ("dtype",)
    assert difference.dtypes == ("float32", "float64")


def test_the_order_of_bytes_is_no_difference() -> None:
    a = np.array([1, 2.5], "<f4")
    assert fk.compare(blobs(p=a), blobs(p=a.astype(">f4"))).equal


def test_the_order_of_axes_in_memory_is_no_difference() -> None:
    a = np.arange(3 * pieces.SIZE, dtype=np.float32).reshape(3, -1)
    assert fk.compare(blobs(p=a), blobs(p=np.asfortranarray(a))).equal


def test_values_that_differ_are_counted_and_the_worst_is_shown() -> None:
    found = values(singles([[1, 2], [3, 4]]), singles([[1, 2.5], [3, 6]]))
    assert (found.count, found.beyond) == (2, 2)
    assert (found.largest, found.at, found.pair) == (2, (1, 1), (4, 6))
    assert (found.a.mean, found.b.mean) == (2.5, 3.125)
    assert found.a.std == pytest.approx(np.std([1, 2, 3, 4]))


def test_a_difference_far_into_a_blob_is_found_where_it_is() -> None:
    a = np.zeros((3, pieces.SIZE), np.float32)
    b = a.copy()
    b[2, 17] = 1
    assert values(a, b).at == (2, 17)


def test_nans_with_the_same_bits_are_equal() -> None:
    assert fk.compare(blobs(p=bits(NAN + 1)), blobs(p=bits(NAN + 1))).equal


def test_nans_with_other_bits_differ_in_their_bits_only() -> None:
    found = values(bits(NAN), bits(NAN + 1))
    assert (found.count, found.largest, found.nans, found.ulp) == (1, 0, 0, 0)


def test_zero_and_minus_zero_differ_in_their_bits_only() -> None:
    found = values([0.0], [-0.0])
    assert (found.count, found.largest, found.ulp) == (1, 0, 0)


def test_a_nan_is_infinitely_far_from_a_number() -> None:
    found = values([1, np.nan], [2, 3])
    assert (found.count, found.largest, found.at, found.nans, found.ulp) == (
        2,
        inf,
        (1,),
        1,
        1 << 23,
    )


SIGNALLING = 0x7F800001


def test_a_signalling_nan_is_a_nan_and_raises_no_signal() -> None:
    for other in (bits(SIGNALLING + 1), bits(NAN), singles([1]), np.array([1.0])):
        assert values(bits(SIGNALLING), other).count == 1
    both = blobs(p=bits(SIGNALLING)), blobs(p=np.array([np.nan]))
    assert fk.compare(*both).differences[0].what == ("dtype",)


def test_infinities_of_both_signs_are_infinitely_far_apart() -> None:
    found = values([np.inf, np.inf], [-np.inf, np.inf])
    assert (found.count, found.largest, found.nans) == (1, inf, 0)


def test_a_difference_that_overflows_does_not_crash() -> None:
    assert values(np.array([1e308]), np.array([-1e308])).largest == inf


@pytest.mark.parametrize("dtype", [np.int64, np.bool_])
def test_whole_numbers_can_be_compared_and_have_no_last_place(dtype: type[Any]) -> None:
    found = values(np.array([0, 1], dtype), np.array([1, 1], dtype))
    assert (found.count, found.largest, found.ulp) == (1, 1, None)


def test_a_single_value_has_no_index() -> None:
    assert values(np.array(1.0), np.array(2.0)).at == ()


def test_two_types_are_compared_in_the_last_place_of_the_coarser() -> None:
    found = values(singles([1]), np.array([1 + 2**-22]))
    assert (found.ulp, found.largest) == (2, 2**-22)


def test_a_tolerance_allows_what_is_as_far_as_it_and_no_more() -> None:
    a, b = blobs(p=[1, 2]), blobs(p=[1.5, 2])
    assert not fk.compare(a, b, tolerance=0.49).close
    found = fk.compare(a, b, tolerance=0.5)
    assert (found.close, found.equal) == (True, False)


def test_a_tolerance_of_0_asks_for_equal_numbers() -> None:
    a = singles([0, 1, np.nan])
    b = np.array([-0.0, 1, np.nan])
    assert fk.compare(blobs(p=a), blobs(p=b), tolerance=0).close
    assert not fk.compare(blobs(p=a), blobs(p=np.array([0, 1.1, np.nan])), tolerance=0).close


def test_a_value_has_to_meet_one_of_two_tolerances() -> None:
    a = singles([1e-9, 1e9])
    b = singles([2e-9, np.nextafter(np.float32(1e9), np.float32(2e9))])
    assert not fk.compare(blobs(p=a), blobs(p=b), tolerance=1e-6).close
    assert not fk.compare(blobs(p=a), blobs(p=b), ulp=1).close
    assert fk.compare(blobs(p=a), blobs(p=b), tolerance=1e-6, ulp=1).close


@pytest.mark.parametrize("other", [[1.0, np.nan], [1.0, 2.0, 3.0]])
def test_no_tolerance_allows_a_nan_or_another_shape(other: Sequence[float]) -> None:
    assert not fk.compare(blobs(p=[1, 2]), blobs(p=other), tolerance=1e30, ulp=2**70).close


def test_a_nan_next_to_infinity_is_not_close_to_it() -> None:
    assert not fk.compare(blobs(p=[np.inf]), blobs(p=bits(SIGNALLING)), ulp=1).close


@pytest.mark.parametrize("wrong", [{"tolerance": -1}, {"tolerance": np.nan}, {"ulp": -1}])
def test_a_tolerance_below_0_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(fk.UsageError, match="0 or more"):
        fk.compare(blobs(p=[1]), blobs(p=[1]), **wrong)


def shared(p: Sequence[float], **aliases: tuple[int, ...]) -> fk.Blobs:
    others = [Alias(layer, 0, "weight", shape) for layer, shape in aliases.items()]
    return fk.Blobs({("p", 0): ("weight", singles(p))}, {("p", 0): others}, {})


def test_whether_values_are_shared_is_no_difference() -> None:
    assert fk.compare(shared([1, 2], q=(2,)), blobs(p=[1, 2], q=[1, 2])).equal


def test_a_blob_that_is_shared_in_one_only_may_differ() -> None:
    (difference,) = fk.compare(shared([1, 2], q=(2,)), blobs(p=[1, 2], q=[1, 3])).differences
    assert (difference.layer, difference.shared_by) == ("q", ())


def test_values_that_are_shared_alike_are_compared_once() -> None:
    found = fk.compare(shared([1, 2], q=(2, 1)), shared([1, 3], q=(2, 1)))
    (difference,) = found.differences
    assert (difference.layer, difference.shared_by) == ("p", (("q", 0),))
    assert (found.blobs, found.count) == (1, 2)


def test_shared_values_under_another_shape_differ_in_it() -> None:
    (difference,) = fk.compare(shared([1, 2], q=(2,)), shared([1, 2], q=(2, 1))).differences
    assert (difference.layer, difference.what) == ("q", ("shape",))


def test_what_is_recorded_differently_of_the_origin_is_told() -> None:
    a, b = {"seed": 1, "phase": "TEST"}, {"seed": 2, "phase": "TEST", "level": 1}
    found = fk.compare(blobs(a, p=[1]), blobs(b, p=[1]))
    assert found.origin == {"seed": (1, 2), "level": (None, 1)}
    assert fk.compare(blobs(a, p=[1]), blobs(p=[1])).origin == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_to_the_next_number_is_one_unit(kind: type[np.floating[Any]]) -> None:
    tiny = np.finfo(kind).smallest_subnormal
    numbers = np.array([0, 1, -1, tiny, -tiny, np.finfo(kind).max, 0.1], kind)
    with np.errstate(over="ignore"):
        following = np.nextafter(numbers, kind(np.inf))
    assert (ulp_distance(numbers, following) == 1).all()


def pairs(count: int) -> st.SearchStrategy[list[Array]]:
    """Arrays of one type, as long as each other, without NaN."""
    return st.sampled_from(KINDS).flatmap(
        lambda kind: st.lists(
            hnp.arrays(kind, 8, elements={"allow_nan": False}), min_size=count, max_size=count
        )
    )


@given(pairs(3))
def test_the_distance_in_units_is_a_metric(three: list[Array]) -> None:
    x, y, z = three
    xy, yz, xz = (ulp_distance(*pair).tolist() for pair in ((x, y), (y, z), (x, z)))
    assert xy == ulp_distance(y, x).tolist()
    assert [distance == 0 for distance in xy] == (x == y).tolist()
    assert all(long <= one + two for one, two, long in zip(xy, yz, xz, strict=True))


@given(pairs(2))
def test_the_distance_in_units_grows_with_the_distance(two: list[Array]) -> None:
    x = np.sort(np.concatenate(two))
    from_first = ulp_distance(np.full_like(x, x[0]), x).tolist()
    assert from_first == sorted(from_first)
