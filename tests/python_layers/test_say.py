"""Lines for the user of Caffe's Python interface."""

from __future__ import annotations

import pytest

from fillerkit.python_layers.say import say_once


def test_a_line_is_written_once(capsys: pytest.CaptureFixture[str]) -> None:
    say_once.cache_clear()
    for line in ("one", "two", "one"):
        say_once(line)
    assert capsys.readouterr().err == "fillerkit.pycaffe: one\nfillerkit.pycaffe: two\n"
