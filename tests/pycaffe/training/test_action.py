"""What is asked of a training while it runs: snapshots, stopping, and signals that ask for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from small_training import FIXED, small_solver

from fillerkit.pycaffe.training.action import Action, Signals


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(*actions: Action) -> Callable[[], Action]:
    """Ask for one action after the other, and then for nothing more."""
    left = list(actions)
    return lambda: left.pop(0) if left else Action.NONE


def test_stopping_ends_the_training_with_a_snapshot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    solver = small_solver(tmp_path, FIXED + "max_iter: 9 display: 1")
    solver._training.requested = asked(Action.NONE, Action.STOP)
    solver.solve()
    assert solver.iter == 2
    assert (tmp_path / "snap_iter_2.solverstate").is_file()
    assert capsys.readouterr().err.rstrip().endswith("Optimization stopped early.")


def test_a_snapshot_that_is_asked_for_is_written_and_the_training_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    solver = small_solver(tmp_path, FIXED + "max_iter: 3")
    solver._training.requested = asked(Action.SNAPSHOT)
    solver.solve()
    states = sorted(path.name for path in tmp_path.glob("*.solverstate"))
    assert states == ["snap_iter_1.solverstate", "snap_iter_3.solverstate"]


def test_a_test_is_interrupted_between_two_batches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    solver = small_solver(tmp_path, FIXED + "test_iter: 9 test_interval: 5")
    solver._training.requested = asked(Action.NONE, Action.SNAPSHOT, Action.STOP)
    solver.solve()
    assert solver.iter == 0
    assert (tmp_path / "snap_iter_0.caffemodel").is_file()
    assert "Test interrupted." in capsys.readouterr().err


def test_after_a_stop_steps_end_where_a_test_is_due_until_solve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    lines = "max_iter: 8 test_iter: 1 test_interval: 4 test_initialization: false"
    solver = small_solver(tmp_path, FIXED + lines)
    solver._training.requested = asked(Action.STOP)
    reached = []
    for _ in range(3):
        solver.step(3)
        reached.append(solver.iter)
    assert reached == [1, 4, 4]
    assert "Testing net" not in capsys.readouterr().err
    solver.solve()
    assert solver.iter == 8
    assert capsys.readouterr().err.count("Testing net") == 2


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_signals_ask_once_and_only_while_they_are_caught() -> None:
    before = signal.getsignal(signal.SIGHUP)
    signals = Signals({signal.SIGHUP: Action.SNAPSHOT})
    with signals.caught():
        assert signals.action() is Action.NONE
        os.kill(os.getpid(), signal.SIGHUP)
        assert [signals.action(), signals.action()] == [Action.SNAPSHOT, Action.NONE]
    assert signal.getsignal(signal.SIGHUP) == before
