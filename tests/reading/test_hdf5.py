"""Rows of HDF5 files, in the order of real Caffe 1.0."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_sources import write_rows

import fillerkit as fk

h5py: Any = pytest.importorskip("h5py")

Read = Callable[..., list[dict[str, list[float]]]]
ROWS = "hdf5_data_param { source: 'list' batch_size: 5 shuffle: %s }"


def test_the_rows_of_all_files_follow_one_another(read: Read) -> None:
    write_rows()
    batches = read("HDF5Data", ROWS % "false", 3)
    assert [batch["label"] for batch in batches] == [
        [0, 1, 2, 3, 10],
        [11, 12, 20, 21, 22],
        [23, 24, 0, 1, 2],
    ]
    assert batches[0]["data"] == [0, 0, 1, 1, 2, 2, 3, 3, 10, 10]


def test_shuffled_rows_and_files_come_in_caffes_order(read: Read) -> None:
    write_rows()
    batches = read("HDF5Data", ROWS % "true", 8)
    assert [batch["label"] for batch in batches] == [  # from real Caffe 1.0
        [0, 3, 1, 2, 24],
        [22, 21, 20, 23, 12],
        [10, 11, 23, 20, 22],
        [24, 21, 10, 12, 11],
        [3, 1, 2, 0, 11],
        [10, 12, 3, 0, 2],
        [1, 24, 22, 20, 21],
        [23, 1, 2, 3, 0],
    ]


def test_a_file_that_is_gone_is_named(read: Read) -> None:
    write_rows()
    Path("1.h5").unlink()
    with pytest.raises(fk.LayerError, match=r"'1\.h5', which 'list' lists, is not there"):
        read("HDF5Data", ROWS % "false", 1)


def test_rows_of_another_shape_in_a_later_file_are_refused(read: Read) -> None:
    write_rows(rows=(4, 3))
    with h5py.File("1.h5", "a") as file:
        del file["data"]
        file["data"] = np.zeros((3, 7), np.float32)
    with pytest.raises(fk.LayerError, match=r"its top 'data' has other shapes in '1\.h5'"):
        read("HDF5Data", ROWS % "false", 1)


def test_more_values_than_the_file_can_hold_are_refused(read: Read) -> None:
    with h5py.File("0.h5", "w") as file:
        file.create_dataset("data", (1 << 40, 2), "f4", chunks=(1, 2))
        file.create_dataset("label", (1 << 40,), "f4", chunks=(1,))
    Path("list").write_text("0.h5\n")
    with pytest.raises(fk.LayerError, match="which 0 cannot hold"):
        read("HDF5Data", ROWS % "false", 1)


def test_a_transform_param_is_refused_as_caffe_does(read: Read) -> None:
    write_rows()
    with pytest.raises(fk.LayerError, match="Caffe transforms no HDF5Data"):
        read("HDF5Data", f"transform_param {{ scale: 2 }} {ROWS % 'false'}", 1)
