"""Solver states: the bytes that real Caffe 1.0 writes, read and written; damage is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_training import FOLDER

import fillerkit as fk
from fillerkit.pycaffe.proto import caffe_pb2
from fillerkit.pycaffe.training.solver_state import SolverState, read_state, write_state

h5py: Any = pytest.importorskip("h5py", reason="h5py is not installed")

ADAMS = FOLDER / "caffes_iter_3.solverstate"  # after 3 updates by Adam
SGDS = FOLDER / "caffes_iter_3.solverstate.h5"  # by SGD, as HDF5

STATE = SolverState(7, 2, [np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(4, np.float32)])


def test_caffes_state_is_read() -> None:
    state = read_state(ADAMS)
    assert (state.iteration, state.step) == (3, 1)
    assert state.learned_net == "caffes_iter_3.caffemodel"
    shapes = [(6, 1, 3, 3), (6,), (10, 150), (10,)]
    assert [array.shape for array in state.history] == shapes * 2


def test_caffes_hdf5_state_is_read() -> None:
    state = read_state(SGDS)
    assert (state.iteration, state.step) == (3, 1)
    assert state.learned_net == "caffes_iter_3.caffemodel.h5"
    assert [array.shape for array in state.history] == [(6, 1, 3, 3), (6,), (10, 150), (10,)]


def test_a_state_is_written_as_caffe_writes_it_byte_for_byte(tmp_path: Path) -> None:
    write_state(tmp_path / "a.solverstate", read_state(ADAMS))
    assert (tmp_path / "a.solverstate").read_bytes() == ADAMS.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["a.solverstate"]


def test_a_hdf5_state_has_the_datasets_of_caffes_in_their_types(tmp_path: Path) -> None:
    write_state(tmp_path / "a.h5", read_state(SGDS))
    with h5py.File(SGDS) as caffes, h5py.File(tmp_path / "a.h5") as ours:

        def compare(name: str, there: Any) -> None:
            if isinstance(there, h5py.Dataset):
                here = ours[name]
                assert (here.shape, here.id.get_type()) == (there.shape, there.id.get_type())
                np.testing.assert_array_equal(here[()], there[()])

        caffes.visititems(compare)
        assert list(ours) == list(caffes)


@pytest.mark.parametrize("name", ["a.solverstate", "a.solverstate.h5"])
def test_what_is_written_is_read_again(name: str, tmp_path: Path) -> None:
    write_state(tmp_path / name, STATE)
    read = read_state(tmp_path / name)
    assert (read.iteration, read.step, read.learned_net) == (7, 2, "")
    for here, there in zip(read.history, STATE.history, strict=True):
        np.testing.assert_array_equal(here, there)


def test_old_states_with_four_axes_and_in_double_precision_are_read(tmp_path: Path) -> None:
    blob = caffe_pb2.BlobProto(num=1, channels=1, height=2, width=2, double_data=[1, 2, 3, 1e300])
    path = tmp_path / "old.solverstate"
    path.write_bytes(caffe_pb2.SolverState(iter=1, history=[blob]).SerializeToString())
    (array,) = read_state(path).history
    np.testing.assert_array_equal(array, [[[[1, 2], [3, np.inf]]]])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x08\x03\x12\xff", "is damaged, or no solver state"),
        ((FOLDER / "caffes_iter_3.caffemodel").read_bytes(), "is no solver state, it has no iter"),
        (b"\x89HDF\r\n\x1a\nxx", "is damaged, or no solver state"),
        (
            caffe_pb2.SolverState(
                iter=1, history=[caffe_pb2.BlobProto(shape={"dim": [2]}, data=[1])]
            ).SerializeToString(),
            "history 0 has 1 values",
        ),
    ],
)
def test_a_file_that_is_no_state_is_one_clear_error(
    content: bytes, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.solverstate"
    path.write_bytes(content)
    with pytest.raises(fk.FormatError, match=rf"x\.solverstate: .*{told}|{told}"):
        read_state(path)


def test_a_dataset_that_is_larger_than_its_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.solverstate.h5"
    write_state(path, STATE)
    with h5py.File(path, "r+") as file:
        del file["history/1"]
        file.create_dataset("history/1", (1 << 40,), np.float32)
    with pytest.raises(fk.FormatError, match="1 is larger than the file"):
        read_state(path)


def test_a_path_that_is_not_utf_8_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.solverstate"
    path.write_bytes(b"\x08\x03\x12\x02\xb0\xa1\x20\x01")
    state = read_state(path)
    assert os.fsencode(state.learned_net) == b"\xb0\xa1"
    write_state(path, state)
    assert path.read_bytes() == b"\x08\x03\x12\x02\xb0\xa1\x20\x01"


def test_a_file_that_is_not_there_is_a_runtime_error() -> None:
    with pytest.raises(RuntimeError, match="Could not open file nothing"):
        read_state("nothing")


def test_a_write_that_fails_leaves_the_old_state(tmp_path: Path) -> None:
    path = tmp_path / "a.solverstate"
    write_state(path, STATE)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="could not convert"):
        write_state(path, SolverState(8, 2, [*STATE.history, np.array(["x"])]))
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.solverstate"]
