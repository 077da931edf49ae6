"""Blobs: shapes, the arrays that are their memory, and what reshape does to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fillerkit import FillerkitError, UsageError
from fillerkit.python_layers.blob import Blob, BlobVec


def test_the_arrays_are_float32_in_c_order_and_can_be_written_to() -> None:
    blob = Blob((2, 3))
    for array in (blob.data, blob.diff):
        assert array.dtype == np.float32
        assert array.shape == (2, 3)
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert not array.any()


def test_what_is_written_is_there_the_next_time() -> None:
    blob = Blob((2, 3))
    blob.data[...] = np.arange(6, dtype=np.float64).reshape(2, 3)
    blob.data[1, 0] = 9
    assert blob.data.tolist() == [[0, 1, 2], [9, 4, 5]]


@pytest.mark.parametrize(
    "name", ["data", "diff", "shape", "count", "num", "channels", "height", "width"]
)
def test_what_a_blob_has_cannot_be_replaced(name: str) -> None:
    blob = Blob((2,))
    with pytest.raises(AttributeError):
        setattr(blob, name, getattr(blob, name))


@pytest.mark.parametrize(
    ("shape", "four"),
    [
        ((), (1, 1, 1, 1)),
        ((7,), (7, 1, 1, 1)),
        ((2, 3), (2, 3, 1, 1)),
        ((2, 3, 4), (2, 3, 4, 1)),
        ((2, 3, 4, 5), (2, 3, 4, 5)),
    ],
)
def test_num_channels_height_and_width_are_the_axes_from_the_first_and_1_where_there_is_none(
    shape: tuple[int, ...], four: tuple[int, ...]
) -> None:
    blob = Blob(shape)
    assert (blob.num, blob.channels, blob.height, blob.width) == four


@pytest.mark.parametrize("name", ["num", "channels", "height", "width"])
def test_a_blob_of_five_axes_has_no_num_channels_height_or_width(name: str) -> None:
    with pytest.raises(FillerkitError, match="5 axes"):
        getattr(Blob((1, 1, 1, 1, 1)), name)


def test_shape_is_a_list_of_numbers_and_count_their_product() -> None:
    blob = Blob((2, 3, 4))
    assert blob.shape == [2, 3, 4]
    assert blob.count == 24
    assert Blob(()).count == 1


def test_a_shape_goes_by_number_and_makes_a_tuple_or_a_list() -> None:
    shape = Blob((2, 3, 4)).shape
    assert (shape[0], shape[-1], len(shape)) == (2, 4, 3)
    assert shape[1:] == [3, 4]
    assert (tuple(shape), list(shape)) == ((2, 3, 4), [2, 3, 4])
    with pytest.raises(IndexError):
        shape[3]


def test_reshape_to_as_many_values_or_fewer_keeps_them_in_order() -> None:
    blob = Blob((2, 3))
    blob.data[...] = [[0, 1, 2], [3, 4, 5]]
    blob.reshape(4)
    assert blob.data.tolist() == [0, 1, 2, 3]
    blob.reshape(3, 2)
    assert blob.data.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_reshape_to_more_values_starts_them_all_at_0() -> None:
    blob = Blob((2,))
    before = blob.data
    before[...] = 1
    blob.reshape(3)
    assert blob.data.tolist() == [0, 0, 0]
    assert before.tolist() == [1, 1]


@pytest.mark.parametrize("shape", [(2.5,), ("2",), ((2, 3),), ([2, 3],), (None,)])
def test_reshape_takes_whole_numbers(shape: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        Blob((1,)).reshape(*shape)


def test_reshape_takes_nothing_by_keyword() -> None:
    with pytest.raises(RuntimeError):
        Blob((1,)).reshape(1, shape=2)


def test_reshape_to_a_length_below_0_is_refused_and_changes_nothing() -> None:
    blob = Blob((2, 3))
    with pytest.raises(UsageError, match="below 0"):
        blob.reshape(6, -1)
    assert blob.shape == [2, 3]


def test_reshape_to_nothing_makes_a_scalar() -> None:
    blob = Blob((2,))
    blob.data[...] = [7, 8]
    returned: object = blob.reshape()  # type: ignore[func-returns-value]
    assert returned is None
    assert (blob.shape, blob.count, blob.data.shape) == ([], 1, ())
    assert blob.data == 7


def test_lengths_may_be_numpys() -> None:
    blob = Blob((6,))
    blob.reshape(*np.array([2, 3]))
    assert blob.shape == [2, 3]


def test_a_blob_costs_no_memory_until_it_is_looked_at() -> None:
    blob = Blob((1 << 40,))
    assert blob.count == 1 << 40
    assert not blob.data_memory.touched
    assert not blob.diff_memory.touched


def test_add_blob_appends_a_blob_of_zeros() -> None:
    blobs = BlobVec()
    blobs.add_blob(2, 3)
    assert [blob.shape for blob in blobs] == [[2, 3]]
    assert not blobs[0].data.any()
    with pytest.raises(RuntimeError):
        blobs.add_blob(shape=2)


def test_blobs_of_a_layer_go_by_number_from_both_ends() -> None:
    blobs = BlobVec()
    for length in (1, 2, 3):
        blobs.add_blob(length)
    assert blobs[-1] is blobs[2]
    assert [blob.count for blob in blobs[1:]] == [2, 3]
    assert len(blobs) == 3
    with pytest.raises(IndexError):
        blobs[3]
    with pytest.raises(IndexError):
        blobs[-4]
