"""A fork's ``caffe.proto`` beside a net or above it, where such a file lies in a checkout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_PLACES = ("caffe.proto", "proto/caffe.proto", "src/caffe/proto/caffe.proto")
_LEVELS = 6
"""How many folders above the net's are looked into."""


def schema_nearby(net: str, field: str) -> Path | None:
    """The nearest ``caffe.proto`` that declares a field of this name; None for a text."""
    if not Path(net).is_file():
        return None
    declared = re.compile(rf"\b{re.escape(field)}\s*=\s*\d")
    for file in _near(Path(net).resolve().parent):
        if file.is_file() and declared.search(file.read_text("utf-8", "replace")):
            return file
    return None


def _near(folder: Path) -> Iterator[Path]:
    for level in (folder, *folder.parents[:_LEVELS]):
        yield from (level / place for place in _PLACES)
        yield from sorted(level.glob("*/src/caffe/proto/caffe.proto"))
