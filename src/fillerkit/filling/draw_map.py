"""Where in Caffe's stream the values of a net begin: a small table that makes slices cheap."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from fillerkit.errors import FormatError, UsageError
from fillerkit.fillers import Constant, Distribution, Given, Whole
from fillerkit.formats.stored import Key
from fillerkit.formats.whole_file import whole_file
from fillerkit.layers.net_layer import Layer
from fillerkit.random.marks import Mark
from fillerkit.regular_file import open_regular

_LONGEST = 1 << 28
"""Bytes of a file that are read: a map of a million layers has fewer."""


@dataclass(frozen=True)
class DrawMap:
    """Where in Caffe's stream each blob of a net begins, and long ones go on every so often.

    `fillerkit.Net.map_draws` makes it, and `fillerkit.Net.fill_slice` makes slices with it. It has
    a line or so for each blob, and one for each million gaussians.

    Attributes
    ----------
    net : str
        The SHA-256 of all that takes draws in the net: its layers, blobs and fillers in order.
    phase, seed, dtype, boost
        As for `fillerkit.Net.fill`.
    blobs : mapping of (layer, index) to sequence of (int, int)
        Of each blob with values of its own: the numbers of some of its values, and the draws of
        32 bits, counted from the seed, at which they begin.
    draws : int
        How many draws the whole net takes.
    fillerkit : str
        The version that made it.
    """

    net: str
    phase: str
    seed: int
    dtype: str
    boost: str
    blobs: Mapping[Key, Sequence[Mark]]
    draws: int
    fillerkit: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the map to a file, as JSON.

        Raises
        ------
        FormatError
            It cannot be written; what was there is still there.
        """
        blobs: dict[str, dict[str, Sequence[Mark]]] = {}
        for (layer, index), marks in self.blobs.items():
            blobs.setdefault(layer, {})[str(index)] = marks
        text = json.dumps({**vars(self), "blobs": blobs}, separators=(",", ":"))
        with whole_file(Path(path)) as file:
            file.write(text.encode() + b"\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> DrawMap:
        """Read a map from a file that `save` wrote.

        Raises
        ------
        FormatError
            The file cannot be read, or is no map.
        """
        try:
            with open_regular(path) as file:
                return _read(json.loads(file.read(_LONGEST)))
        except OSError as error:
            raise FormatError(f"{path}: cannot be read: {error.strerror or error}") from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise FormatError(
                f"{path}: is no map of draws, as fillerkit.DrawMap.save writes it"
            ) from None

    def completed(
        self, seed: int | None, dtype: str | None, boost: str | None
    ) -> tuple[int, str, str]:
        """What a person says of a run, and what the map says where they say nothing."""
        return self.seed if seed is None else seed, dtype or self.dtype, boost or self.boost

    def check(self, blob: Key, **asked: str | int) -> None:
        """UsageError unless the map is of this blob, net, phase, seed, dtype, Boost and version."""
        for word, value in asked.items():
            made = getattr(self, word)
            if made != value and word == "net":
                raise UsageError(
                    "the map of draws is of another net: other layers, shapes or fillers take draws"
                )
            if made != value:
                raise UsageError(f"the map of draws is of {word} {made!r}, not {value!r}")
        if blob not in self.blobs:
            raise UsageError(f"the map of draws lacks blob {blob[1]} of layer '{blob[0]}'")


def _read(stored: dict[str, Any]) -> DrawMap:
    blobs = {
        (layer, int(index)): _marks(marks)
        for layer, by_index in stored["blobs"].items()
        for index, marks in by_index.items()
    }
    texts = {word: stored[word] for word in ("net", "phase", "dtype", "boost", "fillerkit")}
    numbers = {word: stored[word] for word in ("seed", "draws")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError
    if not all(type(number) is int for number in numbers.values()):
        raise TypeError
    return DrawMap(blobs=blobs, **texts, **numbers)


def _marks(stored: Any) -> tuple[Mark, ...]:
    """Marks that go on and on, the first that of value 0."""
    marks = tuple((value, draw) for value, draw in stored)
    if not all(type(number) is int for mark in marks for number in mark):
        raise TypeError
    onward = all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(marks))
    if not marks or marks[0][0] != 0 or marks[0][1] < 0 or not onward:
        raise ValueError
    return marks


def fingerprint(layers: Sequence[Layer]) -> str:
    """The SHA-256 of all that takes draws, in nets of either type: see `DrawMap.net`."""
    hashed = sha256()
    for layer in layers:
        hashed.update(f"{layer.key!r} {layer.draws}\n".encode("utf-8", "surrogatepass"))
        for param in (*layer.params, *layer.forgotten):
            named = param.filler.type if param.filler is not None else ""
            drawn = _drawn(param.distribution_in(np.float64))
            hashed.update(f" {param.count} {param.owner} {named!r} {drawn}\n".encode())
    return hashed.hexdigest()


def _drawn(distribution: Distribution) -> str:
    """What a distribution takes draws for, in words of one meaning."""
    if isinstance(distribution, (Constant, Given)):
        return "no draws"
    return repr(distribution.base if isinstance(distribution, Whole) else distribution)
