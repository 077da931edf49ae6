"""Which blobs of a net go into which shard, and all of a shard's file but the values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

from fillerkit.errors import UsageError
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.names import check_places
from fillerkit.formats.safetensors import header, key
from fillerkit.formats.shards import INDEX

_NAME = re.compile(r"model-\d{5,}-of-\d{5,}\.safetensors")


@dataclass(frozen=True)
class Shard:
    """One file of several.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    content : Content
        What goes into it. The chunks of its entries are not to be asked for.
    """

    name: str
    content: Content

    @cached_property
    def header(self) -> bytes:
        """What stands before the values, which follow without a gap."""
        return header(self.content)

    @property
    def nbytes(self) -> int:
        """The size of the file."""
        return len(self.header) + self.content.nbytes

    @property
    def count(self) -> int:
        """How many values it has."""
        return sum(entry.nbytes // entry.dtype.itemsize for entry in self.content.entries)


def shards_of(content: Content, count: int) -> tuple[Shard, ...]:
    """Whole blobs in order, in shards of about the same size.

    Raises
    ------
    UsageError
        There are fewer blobs than shards.
    FormatError
        A blob would not be found again under its name.
    """
    blobs = len(content.entries)
    if not 1 <= count <= blobs:
        raise UsageError(
            f"shards is a number from 1 to {blobs}, since the net has so many blobs and none is "
            f"cut; not {count}"
            if blobs
            else "the net has no blobs, so there are no shards to write"
        )
    parts = [Content(part, content.origin, content.model) for part in _parts(content, count)]
    names = [f"model-{number:05}-of-{count:05}.safetensors" for number in range(1, count + 1)]
    check_places(Path(INDEX), content)
    return tuple(map(Shard, names, parts))


def index_of(shards: Sequence[Shard]) -> bytes:
    """The index of all shards of a net."""
    keys = {key(entry): shard.name for shard in shards for entry in shard.content.entries}
    metadata = {
        "total_size": sum(shard.content.nbytes for shard in shards),
        "origin": shards[0].content.origin,
    }
    return json.dumps({"metadata": metadata, "weight_map": keys}, indent=1).encode() + b"\n"


def is_part_of_a_folder(name: str) -> bool:
    """Whether a file is called as a shard or the index is."""
    return name == INDEX or _NAME.fullmatch(name) is not None


def _parts(content: Content, count: int) -> Iterator[Sequence[Entry]]:
    """So many parts, none empty, of sizes as near to each other as whole blobs allow.

    That is where the sum of the squares of the sizes is least. ``least[end]`` is that sum for the
    best parts of the first `end` blobs, ``begin[end]`` where the last of these parts begins.
    """
    entries = content.entries
    sizes = np.array([0, *(entry.nbytes for entry in entries)], np.float64)
    ends = np.cumsum(sizes)
    least = ends**2
    begins = []
    for parts in range(2, count + 1):
        begin, before = np.zeros(len(ends), np.intp), least
        least = np.full(len(ends), np.inf)
        for end in range(parts, len(ends) - (count - parts)):
            sums = before[parts - 1 : end] + (ends[end] - ends[parts - 1 : end]) ** 2
            begin[end] = parts - 1 + int(np.argmin(sums))
            least[end] = sums[begin[end] - (parts - 1)]
        begins.append(begin)
    cuts = [len(entries)]
    for begin in reversed(begins):
        cuts.append(int(begin[cuts[-1]]))
    for first, last in pairwise([0, *reversed(cuts)]):
        yield entries[first:last]
