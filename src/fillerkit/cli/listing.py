"""Printing what a registry holds: a line each, or the whole text of one."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

import fillerkit as fk
from fillerkit.cli.printing import say_lines
from fillerkit.errors import did_you_mean
from fillerkit.registry import first_line


def list_names(documented: Mapping[str, object], name: str | None, what: str) -> None:
    """Print each name with the first line of its docstring, or all of the docstring of one."""
    if name is None:
        width = max(map(len, documented))
        say_lines(
            f"{known:<{width}}  {first_line(thing)}".rstrip() for known, thing in documented.items()
        )
        return
    if name not in documented:
        raise fk.UsageError(f"unknown {what} '{name}'{did_you_mean(name, documented)}")
    words = inspect.getdoc(documented[name]) or "It says nothing of itself."
    say_lines([name, "", *words.splitlines()])
