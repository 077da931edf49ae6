"""A small net that real Caffe 1.0 has trained: 64 rows of HDF5, in batches of 16."""

from __future__ import annotations

import shutil
from pathlib import Path

import fillerkit.pycaffe as caffe

FOLDER = Path(__file__).parents[1] / "pycaffe" / "training" / "small"
COMMON = 'net: "net.prototxt" random_seed: 1701 snapshot_prefix: "snap"\n'
FIXED = 'type: "SGD" base_lr: 0.05 lr_policy: "fixed" momentum: 0.9\n'


def small_solver(
    folder: Path, lines: str = FIXED, net: str | None = None, passed: int = 0
) -> caffe.Solver:
    """A solver of the net, or of another text; a test works in the folder.

    So many batches of its data are passed over first.
    """
    for name in ("net.prototxt", "train.h5", "train.txt"):
        shutil.copy(FOLDER / name, folder)
    if net is not None:
        (folder / "net.prototxt").write_text(net)
    length = "" if "max_iter" in lines else "max_iter: 60\n"
    (folder / "solver.prototxt").write_text(COMMON + length + lines)
    solver = caffe.get_solver(folder / "solver.prototxt")
    for each in (solver.net, *solver.test_nets):
        for _ in range(passed):
            each.forward(end="data")
    return solver


def losses(solver: caffe.Solver, count: int) -> list[float]:
    """The loss before each of a number of updates."""
    found = []
    for _ in range(count):
        solver.step(1)
        found.append(float(solver.net.blobs["loss"].data))
    return found
