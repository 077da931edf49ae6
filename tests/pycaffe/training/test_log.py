"""Lines of the log: in glog's form, on standard error, if the environment lets them."""

from __future__ import annotations

import re

import pytest

from fillerkit.pycaffe.training.log import LEVEL, info


@pytest.fixture(autouse=True)
def _without_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LEVEL, raising=False)


def test_a_line_is_in_glogs_form(capsys: pytest.CaptureFixture[str]) -> None:
    info("Iteration 0, lr = 0.01", "sgd_solver.cpp:112")
    form = r"I\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ sgd_solver\.cpp:112\] Iteration 0, lr = 0\.01\n"
    assert re.fullmatch(form, capsys.readouterr().err)


@pytest.mark.parametrize(("level", "lines"), [("0", 1), ("", 1), ("1", 0), ("2", 0)])
def test_minloglevel_is_heeded(
    level: str, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(LEVEL, level)
    info("Solving net", "solver.cpp:289")
    assert len(capsys.readouterr().err.splitlines()) == lines


def test_what_cannot_be_printed_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    info("Solving \x1b[31m\tnet", "solver.cpp:289")
    assert capsys.readouterr().err.endswith("Solving \\x1b[31m\tnet\n")
