"""What a transfer is: the blobs of a net that take their values from files."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fillerkit.blobs.blobs import Blobs
from fillerkit.errors import some
from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import At
from fillerkit.printable import printable

if TYPE_CHECKING:  # no net that is only filled needs it
    from fillerkit.filling.renames import Move

Weights = str | os.PathLike[str] | Blobs
"""A weight file, or blobs."""

Mismatch = Literal["error", "fill", "reshape", "crop"]
MISMATCHES = ("error", "fill", "reshape", "crop")


@dataclass(frozen=True)
class Transfer:
    """Which blobs of a net take their values from files.

    Attributes
    ----------
    copied : tuple of str
        Layers all of whose blobs are copied whole.
    cropped : tuple of str
        Layers of which what fits is copied, the rest drawn.
    filled : tuple of str
        Layers with blobs that are drawn, since no file has them or `on_mismatch` says so.
    ignored : tuple of str
        Layers of files that the net lacks, or that no pattern chose.
    files : tuple of str
        The names of the files, without their folders.
    notes : tuple of str
        What was found in reading them that a person should be told.
    reshaped : tuple of str
        Layers all of whose values are copied, in the same order but another shape.
    moves : tuple of Move
        What went where: each layer of each file, and each layer of the net that is drawn.
    """

    copied: tuple[str, ...]
    cropped: tuple[str, ...]
    filled: tuple[str, ...]
    ignored: tuple[str, ...]
    files: tuple[str, ...]
    _sources: Mapping[At, Array]
    notes: tuple[str, ...] = ()
    reshaped: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()

    @property
    def places(self) -> Collection[At]:
        """Where in the net blobs are that take values from a file, of shared ones their owners."""
        return self._sources.keys()

    @property
    def misfits(self) -> tuple[Move, ...]:
        """What became of the layers that are drawn though a file has them: they do not fit."""
        return tuple(move for move in self.moves if move.how == "filled" and move.file)

    def source(self, at: At) -> Array | None:
        """The values for the blob at a place of the net, in their own shape; or None."""
        return self._sources.get(at)

    def __str__(self) -> str:
        words = [f"copied {some_layers(self.copied)} from {', '.join(self.files) or 'memory'}"]
        words += [f"reshaped {some_layers(self.reshaped)}"] * bool(self.reshaped)
        words += [f"cropped {some_layers(self.cropped)}"] * bool(self.cropped)
        changed = self.reshaped or self.cropped
        words += [f"filled {some_layers(self.filled)}"] * bool(self.filled or not changed)
        words += [f"left {some_layers(self.ignored)} of the file"] * bool(self.ignored)
        return printable("; ".join(words))


def some_layers(names: Sequence[str]) -> str:
    """How many layers, and the first of them."""
    if not names:
        return "0 layers"
    return f"{len(names)} layer{'s' * (len(names) != 1)} ({some(names)})"
