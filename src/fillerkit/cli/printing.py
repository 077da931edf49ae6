"""How commands print: tables at a wide terminal, folded lines at a narrow one, whole in a pipe.

All that a command says goes out here, and is made printable here: a name may hold anything. What
programs read (JSON, pictures, a prototxt) goes out as it is.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple
from warnings import catch_warnings, simplefilter

import click

from fillerkit.errors import FillerkitError, FormatWarning, Keyword
from fillerkit.printable import printable

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


class Label(NamedTuple):
    """A word of ours with a colour where there are colours."""

    word: str
    color: str


def say(*parts: str | Label | FillerkitError, err: bool = False, bold: bool = False) -> None:
    """Print a line to a person; only an error has line breaks, those of its own."""
    line = "".join(map(_seen, parts))
    click.echo(
        click.style(line, bold=True) if bold else line,
        file=sys.stderr if err else sys.stdout,  # click's own would not heed the locale
        color=has_color(),
    )


def say_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines to a person, all in one piece: there may be many."""
    click.echo("\n".join(map(printable, lines)), file=sys.stderr if err else sys.stdout)


def _seen(part: str | Label | FillerkitError) -> str:
    if isinstance(part, FillerkitError):
        return told(part)
    if isinstance(part, Label):
        return click.style(part.word, fg=part.color, bold=True)
    return printable(part)


def note(text: str) -> None:
    """Tell a person something besides what the command was asked for."""
    say(f"note: {text}", err=True)


def tell(notes: Iterable[str]) -> None:
    """Tell a person of several such things."""
    for each in notes:
        note(each)


@contextmanager
def telling_of_files() -> Iterator[None]:
    """Have what is said of the files that are written be notes."""
    with catch_warnings():
        simplefilter("always", FormatWarning)
        warnings.showwarning = lambda message, *_, **__: note(str(message))
        yield


def hand_out(data: bytes) -> None:
    """Write what a program reads to standard output, as it is."""
    click.echo(data, nl=False, file=sys.stdout)


def hand_out_json(data: object) -> None:
    """Write JSON, in ASCII, to standard output."""
    hand_out(json.dumps(data, indent=1, allow_nan=False).encode() + b"\n")


def has_color() -> bool | None:
    """No colour where https://no-color.org or a dumb terminal says so; else as click decides."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


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

    console = Console(highlight=False, color_system="auto" if has_color() is None else None)
    if console.is_terminal:
        table = _table(columns, rows, right)
        unfolded = Console(width=10_000)
        least = wide or unfolded.measure(table).maximum
        if console.width < least:
            say_lines(narrow(console.width))
        else:
            console.print(table)
    else:
        say_lines(_whole_lines(columns, rows, right))


def _whole_lines(
    columns: Sequence[str], rows: Sequence[Sequence[str]], right: Container[str]
) -> Iterator[str]:
    """A table without rules, each row in one line: rich would take six times as long."""
    from rich.cells import cell_len

    printed = [columns, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*printed, strict=True)]
    for row in printed:
        cells = []
        for name, cell, width in zip(columns, row, widths, strict=True):
            blanks = " " * (width - cell_len(cell))
            cells.append(blanks + cell if name in right else cell + blanks)
        yield "  ".join(cells).rstrip()


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], right: Container[str]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for cells in rows:
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def print_line(line: str) -> None:
    """Print a line, folded with an indent at a terminal, whole elsewhere."""
    line = printable(line)
    folded = wrap(line, terminal_width(), subsequent_indent=" " * 4) if sys.stdout.isatty() else []
    say_lines(folded or [line])


def terminal_width() -> int:
    """In characters; 80 where standard output is no terminal and ``COLUMNS`` says nothing else."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def many(count: int, what: str) -> str:
    """``1 blob``, ``1,000 blobs``."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def shown(shape: Sequence[int]) -> str:
    """``20x1x5x5``."""
    return "x".join(map(str, shape)) or "scalar"


def finite(value: float) -> float | None:
    """JSON has no infinity and no NaN."""
    return value if isfinite(value) else None
