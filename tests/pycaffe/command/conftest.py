"""Every test works in a folder of its own with a toy solver, and sees the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_solver import write_toy

from fillerkit.pycaffe.training.log import LEVEL
from fillerkit.python_layers.say import say_once


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_toy(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(LEVEL, "0")
    say_once.cache_clear()
