"""The command line, run in this process or as a command of its own."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fillerkit.cli import main

Run = Callable[..., subprocess.CompletedProcess[str]]

NET = """name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
layer { name: "out" type: "InnerProduct" bottom: "ip" top: "out" include { phase: TEST }
        inner_product_param { num_output: 3 weight_filler { type: "gaussian" std: 0.5 } } }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with ``net.prototxt`` in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.prototxt").write_text(NET)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``run(arguments, stdin)``: the command in this process, its exit code and what it printed."""

    def call(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        monkeypatch.setattr(sys, "argv", ["fillerkit", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = 0
        try:
            main()
        except SystemExit as stop:
            assert isinstance(stop.code, int)
            code = stop.code
        output = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, output.out, output.err)

    return call


@pytest.fixture
def command(folder: Path) -> list[str]:
    """What starts the command line as a process of its own; ``net.prototxt`` is there."""
    return [sys.executable, "-W", "error", "-c", "from fillerkit.cli import main; main()"]
