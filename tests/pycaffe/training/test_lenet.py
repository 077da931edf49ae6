"""LeNet learns ten pictures and their noisy copies; a snapshot in between changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fillerkit.pycaffe as caffe

pytest.importorskip("torch", reason="PyTorch is not installed")

LENET = Path(__file__).parents[3] / "sample_nets" / "lenet" / "train_val.prototxt"
SOLVER = """
    net: "net.prototxt" random_seed: 1 snapshot_prefix: "lenet" max_iter: 60 snapshot: 20
    base_lr: 0.01 momentum: 0.9 weight_decay: 0.0005 lr_policy: "inv" gamma: 0.0001 power: 0.75
    test_iter: 5 test_interval: 60
"""
INPUT = """layer { name: "mnist" type: "Input" top: "data" top: "label"
    input_param { shape { dim: [16, 1, 28, 28] } shape { dim: 16 } } }
"""


def lenet_solver(start: int = 0) -> caffe.Solver:
    """A solver whose batches come from memory, from the number `start` on."""
    text = LENET.read_text()
    Path("net.prototxt").write_text(INPUT + text[text.index('layer {\n  name: "conv1"') :])
    Path("solver.prototxt").write_text(SOLVER)
    solver = caffe.get_solver("solver.prototxt")
    for net, seed in ((solver.net, start), (solver.test_nets[0], 1000)):
        feed(net, seed)
    return solver


def feed(net: caffe.Net, batch: int) -> None:
    pictures = np.random.RandomState(5).rand(10, 1, 28, 28)

    def write(layer: int) -> None:
        nonlocal batch
        if layer == 0:
            draws = np.random.RandomState(batch)
            labels = draws.randint(0, 10, 16)
            net.blobs["data"].data[...] = pictures[labels] + draws.normal(0, 0.3, (16, 1, 28, 28))
            net.blobs["label"].data[...] = labels
            batch += 1

    net.before_forward(write)


@pytest.mark.long
def test_lenet_learns_and_goes_on_from_a_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    solver = lenet_solver()
    solver.step(1)
    first = float(solver.net.blobs["loss"].data)
    solver.solve()
    assert float(solver.net.blobs["loss"].data) < 0.1 * first
    right = []
    for _ in range(5):
        solver.test_nets[0].forward()
        right.append(float(solver.test_nets[0].blobs["accuracy"].data))
    assert np.mean(right) > 0.95
    again = lenet_solver(start=40)
    again.solve("lenet_iter_40.solverstate")
    assert again.iter == solver.iter == 60
    for name, blobs in solver.net.params.items():
        for here, there in zip(again.net.params[name], blobs, strict=True):
            np.testing.assert_array_equal(here.data, there.data)
