"""``caffe train``: the files that it writes, the lines that it prints, what signals do."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from caffe_nets import RunScript
from toy_solver import SOLVER, write_toy

import fillerkit as fk
import fillerkit.pycaffe as caffe
from fillerkit.pycaffe.command.train import train
from fillerkit.pycaffe.training.action import Action

pytest.importorskip("torch", reason="PyTorch is not installed")


def run(snapshot: str | None = None, weights: str | None = None, level: int = 0) -> None:
    train("solver.prototxt", snapshot, weights, level, ["s"], Action.STOP, Action.SNAPSHOT)


def test_a_solver_is_trained_to_its_end(run_script: RunScript, tmp_path: Path) -> None:
    done = run_script("caffe", "train", "--solver=solver.prototxt")
    assert (done.returncode, done.stdout) == (0, "")
    said = re.findall(r"^I\d{4} \S+ +\d+ (\S+\] .*)", done.stderr, re.MULTILINE)
    assert said[0] == "caffe.cpp:197] Use CPU."
    assert "caffe.cpp:239] Starting Optimization" in said
    assert [line for line in said if "lr = " in line] == [
        f"sgd_solver.cpp:112] Iteration {iteration}, lr = 0.1" for iteration in (0, 2, 4)
    ]
    assert said[-1] == "caffe.cpp:250] Optimization Done."
    for name in ("solver_iter_4", "solver_iter_6"):
        assert (tmp_path / f"{name}.caffemodel").is_file()
        assert (tmp_path / f"{name}.solverstate").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminals there")
def test_a_terminal_has_whole_lines_and_a_file_what_is_printed(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "import caffe\n"
        "class Loud(caffe.Layer):\n"
        "    def setup(self, bottom, top): pass\n"
        "    def reshape(self, bottom, top): top[0].reshape(1)\n"
        "    def forward(self, bottom, top): print('from a layer')\n"
        "    def backward(self, top, propagate_down, bottom): pass\n"
    )
    layer = "layer { name: 'loud' type: 'Python' top: 'loud' "
    layer += "python_param { module: 'loud' layer: 'Loud' } }\n"
    (tmp_path / "net.prototxt").write_text((tmp_path / "net.prototxt").read_text() + layer)
    printed = tmp_path / "printed"
    shown = _in_a_terminal(
        [sys.executable, "-m", "fillerkit.pycaffe", "caffe", "train", "--solver=solver.prototxt"],
        printed,
    )
    assert re.search(
        r"I\S+ \S+ +\d+ solver\.cpp:239\] Iteration 2 \(.*\), loss = [\d.]+\r\n", shown
    )
    assert "6/6" in shown
    assert "from a layer" not in shown
    assert printed.read_text().startswith("from a layer\n" * 6)


def _in_a_terminal(command: list[str], output: Path) -> str:
    """What a command shows on standard error, a terminal of 80 columns."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 1 << 16):
            shown += part
    except OSError:  # Linux's end of a terminal
        pass
    os.close(ours)
    assert process.wait() == 0, shown
    return shown.decode()


def test_a_snapshot_is_gone_on_from(capsys: pytest.CaptureFixture[str]) -> None:
    run()
    capsys.readouterr()
    run(snapshot="solver_iter_4.solverstate")
    said = capsys.readouterr().err
    assert "Resuming from solver_iter_4.solverstate" in said
    assert re.findall(r"Iteration (\d+), lr", said) == ["4"]


def test_weights_take_the_place_of_the_solvers(capsys: pytest.CaptureFixture[str]) -> None:
    net = caffe.Net("net.prototxt", caffe.TRAIN)
    net.params["ip"][0].data[...] = 7
    net.save("sevens.caffemodel")
    write_toy(Path(), SOLVER.replace("0.1", "0") + 'weights: "gone.caffemodel"')
    run(weights="sevens.caffemodel")
    assert "Finetuning from sevens.caffemodel" in capsys.readouterr().err
    assert (fk.load("solver_iter_6.caffemodel")["ip"][0] == 7).all()


@pytest.mark.parametrize(("level", "layers"), [(0, {"staged"}), (1, {"staged", "extra"})])
def test_level_and_stages_are_the_train_nets(level: int, layers: set[str]) -> None:
    run(level=level)
    stored = fk.load("solver_iter_6.caffemodel").model
    assert stored is not None
    assert {message.name for _, message in stored.layers} & {"staged", "extra"} == layers


def test_a_level_in_the_solver_is_told_to_be_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    write_toy(Path(), SOLVER + "train_state { level: 1 }")
    run()
    assert "train_state has level 1; --level=0 holds" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_hanging_up_makes_a_snapshot_and_interrupting_makes_one_and_stops(tmp_path: Path) -> None:
    write_toy(
        tmp_path, SOLVER.replace("max_iter: 6", "max_iter: 1000000").replace("snapshot: 4", "")
    )
    command = [sys.executable, "-m", "fillerkit.pycaffe", "caffe", "train", "-solver"]
    with subprocess.Popen(
        [*command, "solver.prototxt"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = _until(process, "lr = ")
        os.kill(process.pid, signal.SIGHUP)
        said += _until(process, "Snapshotting solver state")
        said += _until(process, "lr = ")
        os.kill(process.pid, signal.SIGINT)
        said += process.stderr.read()
    assert process.returncode == 0
    assert said.count("Snapshotting to binary proto") == 2
    assert "Optimization stopped early." in said
    assert len(list(tmp_path.glob("*.solverstate"))) == 2


def _until(process: subprocess.Popen[str], wanted: str) -> str:
    """Read what a process says up to the line that has a text."""
    said = ""
    assert process.stderr is not None
    for line in process.stderr:
        said += line
        if wanted in line:
            return said
    raise AssertionError(f"{wanted!r} was not said: {said}")
