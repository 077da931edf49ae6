"""Solver states: ``.solverstate`` and ``.solverstate.h5``, as Caffe writes and reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

import fillerkit as fk
from fillerkit.libraries import library
from fillerkit.pycaffe.proto import caffe_pb2
from fillerkit.pycaffe.weight_files import check_file, format_of
from fillerkit.python_layers.blob import Floats, shown

# The numbers of SolverState.learned_net, SolverState.history and BlobProto.data.
_LEARNED_NET, _HISTORY, _DATA = 2, 3, 5


@dataclass(frozen=True)
class SolverState:
    """Where a training stands.

    Attributes
    ----------
    iteration : int
        How many updates have been made.
    step : int
        How many steps ``multistep`` has gone down.
    history : sequence of ndarray
        Of every learned blob, in the net's order; Adam's and AdaDelta's second ones follow.
    learned_net : str
        The weight file that was written with it, or "".
    """

    iteration: int
    step: int
    history: Sequence[Floats]
    learned_net: str = ""


def write_state(path: Path, state: SolverState) -> None:
    """Write Caffe's binary message, or HDF5 where the name ends in ``.h5``."""
    beside = path.with_name(f"{path.name}.part")
    try:
        if path.suffix == ".h5":
            _write_h5(beside, state)
        else:
            with beside.open("wb") as file:
                file.writelines(_pieces(state))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_state(path: str | os.PathLike[str]) -> SolverState:
    """Read a state; what the file begins with says its format.

    Raises
    ------
    RuntimeError
        The file is not there.
    FormatError
        It is no solver state.
    """
    check_file(path)
    file = Path(path)
    return _read_h5(file) if format_of(file) == "h5" else _read_binary(file)


def _pieces(state: SolverState) -> Iterator[bytes | memoryview]:
    """The message, piece by piece: values are not copied into it first."""
    message = caffe_pb2.SolverState
    learned_net = os.fsencode(state.learned_net)  # a path may be in any encoding
    yield message(iter=state.iteration).SerializeToString()
    yield _head(_LEARNED_NET, len(learned_net)) + learned_net
    for array in state.history:
        values = np.ascontiguousarray(array, "<f4")
        shape = caffe_pb2.BlobProto(shape=caffe_pb2.BlobShape(dim=array.shape)).SerializeToString()
        data = _head(_DATA, values.nbytes)
        yield _head(_HISTORY, len(data) + values.nbytes + len(shape)) + data
        yield values.reshape(-1).data
        yield shape
    yield message(current_step=state.step).SerializeToString()


def _head(number: int, size: int) -> bytes:
    """What stands before a field of `size` bytes: its number, and the size in pieces of 7 bits."""
    head = bytearray([number << 3 | 2])
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return bytes(head + bytes([size]))


def _read_binary(path: Path) -> SolverState:
    message = caffe_pb2.SolverState()
    try:
        message.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise fk.FormatError(f"{path}: is damaged, or no solver state: {error}") from None
    if not message.HasField("iter"):
        raise fk.FormatError(
            f"{path}: is no solver state, it has no iter; weights alone are for net.copy_from, or "
            "caffe train --weights"
        )
    learned_net = os.fsdecode(message.learned_net)  # protobuf gives bytes where it is not UTF-8
    history = [_array(path, index, blob) for index, blob in enumerate(message.history)]
    return SolverState(message.iter, message.current_step, history, learned_net)


def _array(path: Path, index: int, blob: caffe_pb2.BlobProto) -> Floats:
    with np.errstate(over="ignore"):  # what float32 has no room for is infinite, as in C
        values = np.array(blob.data if len(blob.data) else blob.double_data, np.float32)
    shape = tuple(blob.shape.dim)
    if not blob.HasField("shape"):
        shape = (blob.num, blob.channels, blob.height, blob.width)
    try:
        return values.reshape(shape)
    except ValueError:
        raise fk.FormatError(
            f"{path}: is damaged: history {index} has {len(values)} values for {shown(shape)}"
        ) from None


def _write_h5(path: Path, state: SolverState) -> None:
    h5py = library("h5py", "HDF5", "formats")
    with h5py.File(path, "w") as file:
        file.create_dataset("iter", data=np.array([state.iteration], np.int32))
        learned_net = os.fsencode(state.learned_net)
        kind = h5py.h5t.C_S1.copy()  # a C string, which ends in a zero, of its own length
        kind.set_size(len(learned_net) + 1)
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        written = h5py.h5d.create(file.id, b"learned_net", kind, space)
        written.write(space, space, np.array(learned_net, f"S{len(learned_net) + 1}"), kind)
        file.create_dataset("current_step", data=np.array([state.step], np.int32))
        group = file.create_group("history")
        for index, array in enumerate(state.history):
            group.create_dataset(str(index), data=np.asarray(array, "<f4"))


def _read_h5(path: Path) -> SolverState:
    h5py = library("h5py", "HDF5", "formats")
    try:
        with h5py.File(path) as file:
            iteration, step = (
                int(_dataset(path, file, name)[0]) for name in ("iter", "current_step")
            )
            group = file["history"]
            names = map(str, range(len(group)))
            history = [_dataset(path, group, name).astype(np.float32) for name in names]
            named = file["learned_net"][()] if "learned_net" in file else b""
            learned_net = os.fsdecode(named)
    except (AttributeError, IndexError, KeyError, OSError, TypeError, ValueError) as error:
        raise fk.FormatError(f"{path}: is damaged, or no solver state: {error}") from None
    return SolverState(iteration, step, history, learned_net)


def _dataset(path: Path, group: Any, name: str) -> Any:
    """The values of a dataset; one that says that it is larger than its file is not read."""
    if group[name].nbytes > path.stat().st_size:
        raise ValueError(f"{name} is larger than the file")
    return group[name][()]
