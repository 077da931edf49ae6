"""The bar that a command draws while a person waits for a large net."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

LARGE = 1 << 22  # parameters; fewer are done before a bar is drawn


@contextmanager
def progress_bar(doing: str, parameters: int, total: int) -> Iterator[Callable[..., None] | None]:
    """Draw a bar where a person sees it and the net is large enough to wait for.

    What is yielded moves the bar, by ``advance=`` or to ``completed=`` out of `total`; or None.
    """
    if parameters < LARGE or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), TextColumn("{task.percentage:3.0f}%"))
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        yield partial(bar.update, bar.add_task("", total=total))
