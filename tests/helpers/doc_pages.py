"""What a page of documentation has its reader do: files, commands, Python; and what they print."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r'^```(\w+)(?: title="([^"\n]+)")?\n(.*?)^```$', re.DOTALL | re.MULTILINE)
NET = re.compile(r"\(([^()\s]*sample_nets/[^()\s]+\.prototxt)\)")


class Step(NamedTuple):
    """Something that a page does, and what it says that is printed."""

    kind: str
    name: str
    text: str
    printed: str


def steps(page: str) -> Iterator[Step]:
    """What a page has its reader do, in order; a block of plain text is what Python prints."""
    blocks = [*FENCE.findall(page), ("", "", "")]
    for (kind, name, text), (following, _, printed) in pairwise(blocks):
        if kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, rest = part.partition("\n")
                yield Step("console", "", command, rest)
        elif kind != "text":
            yield Step("file" if name else kind, name, text, printed if following == "text" else "")


def downloads(page: str, folder: Path) -> None:
    """Lay the sample nets that a page links to into a folder, as its reader does."""
    for target in NET.findall(page):
        shutil.copy(ROOT / target[target.index("sample_nets/") :], folder)


def run(step: Step, names: dict[str, Any]) -> str:
    """Do a step in the working directory; what it printed, errors and notes after the rest."""
    if step.kind == "file":
        Path(step.name).write_text(step.text)
        return ""
    if step.kind == "python":
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(step.text, names)
        return printed.getvalue()
    program, *words = shlex.split(step.text)
    command = {"fillerkit": [sys.executable, "-m", "fillerkit"], "python": [sys.executable]}[
        program
    ]
    done = subprocess.run(
        [*command, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "100"},
    )
    return done.stdout


def agrees(printed: str, said: str) -> bool:
    """Whether the page says what was printed; ``...`` stands for any text."""
    parts = [re.escape(part) for part in said.rstrip("\n").split("...")]
    return re.fullmatch(".*?".join(parts), printed.rstrip("\n"), re.DOTALL) is not None
