"""Gather: one process alone."""

from __future__ import annotations

from typing import Any

from one_layer import Run, close


def test_one_process_alone_gathers_what_it_has(run: Run, x: Any) -> None:
    close(run("Gather", x)[0], x)
