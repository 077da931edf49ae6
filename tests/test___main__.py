"""The command before the command line is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fillerkit import __main__, cli

STOPPED_AS_IT_IMPORTS_CLICK = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\n"

# A shell has a job in the background ignore Ctrl-C, and so may what runs these tests.
START = (
    "import runpy, signal\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "runpy.run_module('fillerkit', run_name='__main__')\n"
)


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals there are not sent so")
def test_ctrl_c_while_it_is_imported_ends_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(STOPPED_AS_IT_IMPORTS_CLICK)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", START],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_ctrl_c_that_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "main", lambda: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    __main__.main()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_the_command_line_tells_of_ctrl_c_once_it_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["fillerkit", "--version"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    __main__.main()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
