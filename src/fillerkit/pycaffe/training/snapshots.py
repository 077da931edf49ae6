"""The two files of a snapshot: weights and solver state; written, and gone on from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import fillerkit as fk
from fillerkit.pycaffe.net import Net
from fillerkit.pycaffe.proto.caffe_pb2 import NetParameter, SolverParameter
from fillerkit.pycaffe.training.log import info
from fillerkit.pycaffe.training.solver_state import SolverState, write_state
from fillerkit.python_layers.blob import Floats, shown
from fillerkit.python_layers.say import say_once


def default_prefix(param: SolverParameter, solver_file: str | os.PathLike[str]) -> str:
    """The ``snapshot_prefix``; without one the solver's path, and in a folder its name."""
    solver = Path(solver_file)
    if not param.HasField("snapshot_prefix"):
        return str(solver.with_suffix(""))
    if Path(param.snapshot_prefix).is_dir():
        return str(Path(param.snapshot_prefix) / solver.stem)
    return param.snapshot_prefix


def write_snapshot(
    param: SolverParameter, net: Net, iteration: int, step: int, history: Sequence[Floats]
) -> None:
    """Write ``PREFIX_iter_N.caffemodel`` and ``.solverstate``, or both as HDF5."""
    prefix = f"{param.snapshot_prefix}_iter_{iteration}"
    if param.snapshot_format == SolverParameter.HDF5:
        weights, states = f"{prefix}.caffemodel.h5", f"{prefix}.solverstate.h5"
        info(f"Snapshotting to HDF5 file {weights}", "solver.cpp:474")
        net.save_hdf5(weights, param.snapshot_diff)
        info(f"Snapshotting solver state to HDF5 file {states}", "sgd_solver.cpp:296")
    else:
        weights, states = f"{prefix}.caffemodel", f"{prefix}.solverstate"
        info(f"Snapshotting to binary proto file {weights}", "solver.cpp:464")
        net.save(weights)
        if param.snapshot_diff:
            _add_diffs(Path(weights), net)
        info(f"Snapshotting solver state to binary proto file {states}", "sgd_solver.cpp:284")
    write_state(Path(states), SolverState(iteration, step, history, weights))


def _add_diffs(path: Path, net: Net) -> None:
    """Write the gradients into a ``.caffemodel``."""
    message = NetParameter.FromString(path.read_bytes())
    for layer in message.layer:
        for proto, blob in zip(layer.blobs, net.layer_dict[layer.name].blobs, strict=True):
            proto.diff.extend(blob.diff.ravel().tolist())
    path.write_bytes(message.SerializeToString())


def check_history(
    file: str, found: Sequence[Floats], wanted: Sequence[Floats], solver: str
) -> None:
    """Refuse the history of another net, or of another type of solver."""
    if len(found) != len(wanted):
        raise fk.FormatError(
            f"{file}: has {len(found)} history blobs, {solver} has {len(wanted)} for this net: it "
            "is of another net, or of another type of solver"
        )
    for index, (theirs, ours) in enumerate(zip(found, wanted, strict=True)):
        if _without_ones(theirs.shape) != _without_ones(ours.shape):
            raise fk.FormatError(
                f"{file}: history {index} is {shown(theirs.shape)}, the net's blob is "
                f"{shown(ours.shape)}: it is of another net"
            )


def _without_ones(shape: Sequence[int]) -> list[int]:
    """A shape as it is compared: old files lead with ones up to four axes."""
    kept = list(shape)
    while kept and kept[0] == 1:
        kept.pop(0)
    return kept


def weights_of(state: SolverState, file: str) -> str:
    """The path of a state's weights: as it was written, or beside the state."""
    here = Path(state.learned_net)
    beside = Path(file).parent / here.name
    if here.is_file() or not state.learned_net:
        return state.learned_net
    if not beside.is_file():
        raise fk.FormatError(
            f"{file}: its weights '{state.learned_net}' are not there, neither from the working "
            "directory nor beside it"
        )
    say_once(f"{file}: its weights are taken from {beside}, as {here} is not there")
    return str(beside)
