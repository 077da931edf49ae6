"""The course of a training in the log: Caffe's lines, in Caffe's order, read as tools read them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from small_training import small_solver

import fillerkit.pycaffe as caffe
from fillerkit.pycaffe.training.log import LEVEL
from fillerkit.pycaffe.training.reports import SmoothedLoss, score_lines, scores

SOLVER = """
    type: "SGD" base_lr: 0.05 lr_policy: "multistep" gamma: 0.3 stepvalue: 2 momentum: 0.9
    display: 3 max_iter: 6 test_iter: 2 test_interval: 5 test_compute_loss: true average_loss: 2
    clip_gradients: 2.5 snapshot: 5
"""

# What real Caffe 1.0 logs of it; (...) is of the clock.
CAFFES = """\
solver.cpp:289] Solving small
solver.cpp:290] Learning Rate Policy: multistep
solver.cpp:347] Iteration 0, Testing net (#0)
solver.cpp:401] Test loss: 2.51434
solver.cpp:414]     Test net output #0: accuracy = 0.03125
solver.cpp:414]     Test net output #1: loss = 2.51434 (* 1 = 2.51434 loss)
solver.cpp:239] Iteration 0 (...), loss = 2.57093
solver.cpp:258]     Train net output #0: loss = 2.57093 (* 1 = 2.57093 loss)
sgd_solver.cpp:112] Iteration 0, lr = 0.05
sgd_solver.cpp:50] MultiStep Status: Iteration 2, step = 1
solver.cpp:239] Iteration 3 (...), loss = 2.42771
solver.cpp:258]     Train net output #0: loss = 2.31805 (* 1 = 2.31805 loss)
sgd_solver.cpp:112] Iteration 3, lr = 0.015
solver.cpp:464] Snapshotting to binary proto file snap_iter_5.caffemodel
sgd_solver.cpp:284] Snapshotting solver state to binary proto file snap_iter_5.solverstate
solver.cpp:347] Iteration 5, Testing net (#0)
solver.cpp:401] Test loss: 2.447
solver.cpp:414]     Test net output #0: accuracy = 0.1875
solver.cpp:414]     Test net output #1: loss = 2.447 (* 1 = 2.447 loss)
solver.cpp:464] Snapshotting to binary proto file snap_iter_6.caffemodel
sgd_solver.cpp:284] Snapshotting solver state to binary proto file snap_iter_6.solverstate
solver.cpp:327] Iteration 6, loss = 2.45368
solver.cpp:332] Optimization Done.
"""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(LEVEL, raising=False)


def logged(text: str) -> list[str]:
    """The lines of a log without the time, and what they say of it."""
    found = re.findall(r"^I\d{4} \S+ +\d+ (\S+\] .*)", text, re.MULTILINE)
    return [re.sub(r"\(.* iters\)", "(...)", line) for line in found]


def test_the_lines_are_caffes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    small_solver(tmp_path, SOLVER).solve()
    ours, caffes = logged(capsys.readouterr().err), CAFFES.splitlines()
    number = re.compile(r"\d+\.\d+(?:e-\d+)?")
    assert [number.sub("N", line) for line in ours] == [number.sub("N", line) for line in caffes]
    for here, there in zip(ours, caffes, strict=True):
        values = [float(value) for value in number.findall(there)]
        assert [float(value) for value in number.findall(here)] == pytest.approx(values, rel=1e-4)


def test_a_log_can_be_read_as_caffes_parse_log_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    small_solver(tmp_path, SOLVER).solve()
    rows: dict[str, list[tuple[float, str, float]]] = {"Train": [], "Test": []}
    iteration = -1.0
    for line in capsys.readouterr().err.splitlines():
        if not line.startswith("I"):
            continue
        day, clock = line.split()[:2]
        assert datetime.strptime(f"2016 {day[1:]} {clock}", "%Y %m%d %H:%M:%S.%f")
        if found := re.search(r"Iteration (\d+)", line):
            iteration = float(found[1])
        if found := re.search(r"(Train|Test) net output #(\d+): (\S+) = ([\.\deE+-]+)", line):
            rows[found[1]].append((iteration, found[3], float(found[4])))
    assert [row[:2] for row in rows["Train"]] == [(0, "loss"), (3, "loss")]
    tested = [(0, "accuracy"), (0, "loss"), (5, "accuracy"), (5, "loss")]
    assert [row[:2] for row in rows["Test"]] == tested
    assert rows["Train"][0][2] == pytest.approx(2.57093)


def test_a_loss_is_smoothed_over_the_last_ones() -> None:
    smoothed = SmoothedLoss(3, 10)
    values = []
    for iteration, loss in enumerate([3, 6, 9, 12, 0], start=10):
        smoothed.add(np.float32(loss), iteration)
        values.append(float(smoothed.value))
    assert values == [3, 4.5, 6, 9, 7]


def test_every_value_of_an_output_has_a_line(net: caffe.Net) -> None:
    net._blobs[net._outputs[0]].data[...] = 2
    assert score_lines(net, scores(net)) == ["loss = 2 (* 1 = 2 loss)"]
