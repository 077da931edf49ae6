"""What a user is told on standard error while Caffe's Python interface is in use."""

from __future__ import annotations

import sys
from functools import cache

from fillerkit.printable import printable

OURS = "fillerkit.pycaffe"
"""The module that ``import caffe`` finds, and the first word of every line."""


@cache  # the same line is not written again
def say_once(message: str) -> None:
    """Write a line to standard error, unless this process has written it already."""
    sys.stderr.write(f"{OURS}: {printable(message)}\n")
