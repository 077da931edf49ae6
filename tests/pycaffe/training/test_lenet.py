"""LeNet learns ten pictures and their noisy copies out of databases of records."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from small_sources import datums, write_lmdb

import fillerkit.pycaffe as caffe

pytest.importorskip("torch", reason="PyTorch is not installed")
pytest.importorskip("lmdb", reason="lmdb is not installed")

LENET = Path(__file__).parents[3] / "sample_nets" / "lenet" / "train_val.prototxt"
RECORDS, BATCH = 160, 16
EPOCH = RECORDS // BATCH
SOLVER = f"""
    net: "net.prototxt" random_seed: 1 snapshot_prefix: "lenet"
    max_iter: {4 * EPOCH} snapshot: {3 * EPOCH}
    base_lr: 0.01 momentum: 0.9 weight_decay: 0.0005 lr_policy: "inv" gamma: 0.0001 power: 0.75
    test_iter: 5 test_interval: {4 * EPOCH}
"""


def write_pictures(name: str, seed: int) -> None:
    """A database of noisy copies of ten pictures; the label is the picture's number."""
    pictures = np.random.RandomState(5).uniform(0, 256, (10, 1, 28, 28))
    noise = np.random.RandomState(seed).normal(0, 80, (RECORDS, 1, 28, 28))
    noisy = np.tile(pictures, (RECORDS // 10, 1, 1, 1)) + noise
    images = noisy.clip(0, 255).astype(np.uint8)
    write_lmdb(name, datums(images, label=lambda number: number % 10))


def lenet_solver() -> caffe.Solver:
    """A solver of the sample net as it is, but for the paths of its data and its batches."""
    text = LENET.read_text().replace("examples/mnist/", "")
    Path("net.prototxt").write_text(re.sub("batch_size: [0-9]+", f"batch_size: {BATCH}", text))
    Path("solver.prototxt").write_text(SOLVER)
    return caffe.get_solver("solver.prototxt")


def last_accuracy(log: str) -> float:
    return float(re.findall("Test net output #0: accuracy = (.*)", log)[-1])


@pytest.mark.long
def test_lenet_learns_and_goes_on_from_a_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_pictures("mnist_train_lmdb", seed=1)
    write_pictures("mnist_test_lmdb", seed=2)
    solver = lenet_solver()
    solver.step(1)
    first = float(solver.net.blobs["loss"].data)
    assert last_accuracy(capsys.readouterr().err) < 0.5
    solver.solve()
    assert float(solver.net.blobs["loss"].data) < 0.1 * first
    assert last_accuracy(capsys.readouterr().err) > 0.95
    # A net that is made anew reads from the first record on: go on where an epoch ends.
    again = lenet_solver()
    again.solve(f"lenet_iter_{3 * EPOCH}.solverstate")
    assert again.iter == solver.iter == 4 * EPOCH
    for name, blobs in solver.net.params.items():
        for here, there in zip(again.net.params[name], blobs, strict=True):
            np.testing.assert_array_equal(here.data, there.data)
