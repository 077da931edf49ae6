"""How commands print: tables at a wide terminal, folded lines at a narrow one, whole in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Container, Iterable, Sequence
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from fillerkit.errors import FillerkitError, Keyword

if TYPE_CHECKING:
    from rich.table import Table

# The options that are not called as the keyword is, with dashes.
_OPTIONS = {
    "fillers": "--filler",
    "layers": "--copy",
    "params": "--param",
    "shapes": "--shape",
    "stages": "--stage",
    "types": "--type",
}


def told(error: FillerkitError) -> str:
    """An error without its place, as a person at the command line is told of it."""
    return error.told(as_option)


def as_option(keyword: Keyword) -> str:
    """A keyword as the command line takes it: ``--shape data=64,3,H,W``."""
    option = _OPTIONS.get(keyword.name, f"--{keyword.name.replace('_', '-')}")
    if keyword.value is None or keyword.value is True:
        return option
    return " ".join(f"{option} {word}" for word in _words(keyword.value))


def _words(value: object) -> list[str]:
    """What stands behind an option, once for each time that it is given."""
    if isinstance(value, dict):
        return [f"{name}={word}" for name, item in value.items() for word in _words(item)]
    if isinstance(value, list):
        return [word for item in value for word in _words(item)]
    return [",".join(map(str, value)) if isinstance(value, tuple) else str(value)]


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Container[str],
    narrow: Callable[[int], Iterable[str]],
    wide: int | None = None,
) -> None:
    """Print rows of cells under the names of their columns.

    Parameters
    ----------
    columns, rows
    right
        The columns that are flush right.
    narrow
        Makes the lines that take the table's place at a terminal that is not wide enough, from the
        terminal's width.
    wide
        The width from which a terminal gets the table; by default the table's own.
    """
    from rich.console import Console

    console = Console(highlight=False)
    if console.is_terminal:
        table = _table(columns, rows, right, ruled=True)
        unfolded = Console(width=10_000)
        least = wide or unfolded.measure(table).maximum
        if console.width < least:
            click.echo("\n".join(narrow(console.width)))
        else:
            console.print(table)
    else:
        whole = Console(highlight=False, width=10_000)
        with whole.capture() as text:
            whole.print(_table(columns, rows, right, ruled=False))
        click.echo("\n".join(line.rstrip() for line in text.get().splitlines()))


def _table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Container[str],
    *,
    ruled: bool,
) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD if ruled else None, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for cells in rows:
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def print_line(line: str) -> None:
    """Print a line, folded with an indent at a terminal, whole elsewhere."""
    if sys.stdout.isatty():
        line = "\n".join(wrap(line, terminal_width(), subsequent_indent=" " * 4))
    click.echo(line)


def terminal_width() -> int:
    """In characters; 80 where standard output is no terminal and ``COLUMNS`` says nothing else."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def plain(text: str) -> str:
    """A name may hold anything; a line break or an escape in it must not reach the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def many(count: int, what: str) -> str:
    """``1 blob``, ``1,000 blobs``."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def shown(shape: Sequence[int]) -> str:
    """``20x1x5x5``."""
    return "x".join(map(str, shape)) or "scalar"


def finite(value: float) -> float | None:
    """JSON has no infinity and no NaN."""
    return value if isfinite(value) else None
