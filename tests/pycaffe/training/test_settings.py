"""Solvers whose text makes no sense: refused in one line that names the field's place."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_training import FIXED, small_solver

import fillerkit as fk
from fillerkit.python_layers.say import say_once

pytest.importorskip("h5py", reason="h5py is not installed")  # the small net's data is HDF5


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    say_once.cache_clear()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('type: "AdaGrad" momentum: 0.9', "momentum is 0.8999.*type AdaGrad has none"),
        ('type: "RMSProp" momentum: 0.9', "momentum is 0.8999.*type RMSProp has none"),
        ('type: "RMSProp" rms_decay: 1', "rms_decay is 1.*less than 1"),
        ("average_loss: 0", "average_loss is 0.*at least 1"),
        ("test_iter: 1", r"test_interval is not given \(0\): there are test nets"),
    ],
)
def test_what_caffe_refuses_when_a_solver_is_made_is_refused_then(
    lines: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(fk.PrototxtError, match=rf"solver\.prototxt:\d+:\d+: the solver's {told}"):
        small_solver(tmp_path, f'base_lr: 1 lr_policy: "fixed"\n{lines}')


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("base_lr: 1", r"lr_policy is not given \(''\): there are fixed, step, exp"),
        ('lr_policy: "stpe"', "lr_policy is 'stpe'.*'step'"),
        ('lr_policy: "step" gamma: 1', "stepsize is not given.*lr_policy step needs"),
        ('lr_policy: "sigmoid" stepsize: 0', "stepsize is 0"),
        ('lr_policy: "exp" gamma: -1', "gamma is -1"),
        ('lr_policy: "fixed" regularization_type: "L3"', "regularization_type is 'L3'.*L1 and L2"),
        ('lr_policy: "fixed" iter_size: 0', "iter_size is 0"),
        ('lr_policy: "fixed" display: -1', "display is -1.*0 is never"),
        ('lr_policy: "fixed" test_iter: 0 test_interval: 1', r"test_iter is \[0\]"),
    ],
)
def test_what_cannot_train_is_refused_before_the_first_pass(
    lines: str, told: str, tmp_path: Path
) -> None:
    solver = small_solver(tmp_path, lines)
    ran: list[int] = []
    solver.net.before_forward(ran.append)
    with pytest.raises(fk.PrototxtError, match=rf"solver\.prototxt:\d+:\d+: the solver's {told}"):
        solver.step(1)
    assert (solver.iter, ran) == (0, [])


def test_fields_that_are_not_acted_upon_are_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    solver = small_solver(tmp_path, FIXED + "debug_info: true min_lr: 0.1")
    solver.step(2)
    said = capsys.readouterr().err
    assert said.count("solver: debug_info is not acted upon") == 1
    assert said.count("solver: min_lr is not acted upon") == 1
