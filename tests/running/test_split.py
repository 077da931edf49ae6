"""Split and Silence: a blob for several layers, or for none."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_every_top_is_the_bottom(run: Run, x: Any) -> None:
    for top in run("Split", x, tops=3):
        close(top, x)


def test_silence_makes_nothing(run: Run, x: Any) -> None:
    assert run("Silence", x, x, tops=0) == []
