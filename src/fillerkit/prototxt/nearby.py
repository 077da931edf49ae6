"""A fork's ``caffe.proto`` beside a net or above it, where such a file lies in a checkout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_PLACES = ("caffe.proto", "proto/caffe.proto", "src/caffe/proto/caffe.proto")
_LEVELS = 6
"""How many folders above the net's are looked into."""
_DECLARED = re.compile(r"\b(\w+)\s*=\s*\d")


@dataclass(frozen=True)
class Schemas:
    """The schemas near a net, looked for and read at the first question: a net may ask often."""

    net: str

    def declaring(self, field: str) -> Path | None:
        """The nearest ``caffe.proto`` that declares a field of this name; None for a text."""
        return next((file for file, fields in self._files if field in fields), None)

    @cached_property
    def _files(self) -> list[tuple[Path, set[str]]]:
        """Each file with the names of its fields, the nearest first."""
        if not Path(self.net).is_file():
            return []
        near = filter(Path.is_file, _near(Path(self.net).resolve().parent))
        return [(file, set(_DECLARED.findall(file.read_text("utf-8", "replace")))) for file in near]


def _near(folder: Path) -> Iterator[Path]:
    for level in (folder, *folder.parents[:_LEVELS]):
        yield from (level / place for place in _PLACES)
        yield from sorted(level.glob("*/src/caffe/proto/caffe.proto"))
