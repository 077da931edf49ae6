"""A small net that real Caffe 1.0 has trained: 64 rows of HDF5, in batches of 16."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py  # type: ignore[import-untyped]

import fillerkit.pycaffe as caffe

FOLDER = Path(__file__).parents[1] / "pycaffe" / "training" / "small"
COMMON = 'net: "net.prototxt" random_seed: 1701 snapshot_prefix: "snap"\n'
FIXED = 'type: "SGD" base_lr: 0.05 lr_policy: "fixed" momentum: 0.9\n'


def small_solver(
    folder: Path, lines: str = FIXED, net: str | None = None, start: int = 0
) -> caffe.Solver:
    """A solver of the net, or of another text; a test works in the folder.

    The rows are written from `start` on, as a data layer of Caffe reads them.
    """
    for name in ("net.prototxt", "train.h5", "train.txt"):
        shutil.copy(FOLDER / name, folder)
    if net is not None:
        (folder / "net.prototxt").write_text(net)
    length = "" if "max_iter" in lines else "max_iter: 60\n"
    (folder / "solver.prototxt").write_text(COMMON + length + lines)
    solver = caffe.get_solver(folder / "solver.prototxt")
    for each in (solver.net, *solver.test_nets):
        feed(each, folder / "train.h5", start)
    return solver


def feed(net: caffe.Net, file: Path, start: int = 0) -> None:
    """Write the next rows of a file into a net's tops, each time that it runs."""
    with h5py.File(file) as opened:
        rows = {name: opened[name][()] for name in ("data", "label")}
    at = start

    def write(layer: int) -> None:
        nonlocal at
        if layer == 0:
            count = net.blobs["data"].shape[0]
            for name, values in rows.items():
                blob = net.blobs[name].data
                blob[...] = values[at : at + count].reshape(blob.shape)
            at = (at + count) % len(rows["data"])

    net.before_forward(write)


def losses(solver: caffe.Solver, count: int) -> list[float]:
    """The loss before each of a number of updates."""
    found = []
    for _ in range(count):
        solver.step(1)
        found.append(float(solver.net.blobs["loss"].data))
    return found
