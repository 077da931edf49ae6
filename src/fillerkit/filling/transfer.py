"""Weights from files in place of drawn ones, by Caffe's rules for fine-tuning."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from fillerkit.blobs.blobs import Blobs, LayerBlobs, load
from fillerkit.errors import FormatError, Keyword, UsageError, did_you_mean, some
from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import At, Layer, Layered, owner
from fillerkit.layers.shapes import same_blob, shown
from fillerkit.printable import printable

Weights = str | os.PathLike[str] | Blobs
"""A weight file, or blobs."""

MISMATCHES = ("error", "fill", "crop")


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
    """

    copied: tuple[str, ...]
    cropped: tuple[str, ...]
    filled: tuple[str, ...]
    ignored: tuple[str, ...]
    files: tuple[str, ...]
    _sources: Mapping[At, Array]
    notes: tuple[str, ...] = ()

    def source(self, at: At) -> Array | None:
        """The values for the blob at a place of the net, in their own shape; or None."""
        return self._sources.get(at)

    def __str__(self) -> str:
        words = [f"copied {_some(self.copied)} from {', '.join(self.files) or 'memory'}"]
        words += [f"cropped {_some(self.cropped)}"] * bool(self.cropped)
        words += [f"filled {_some(self.filled)}"] * bool(self.filled or not self.cropped)
        words += [f"left {_some(self.ignored)} of the file"] * bool(self.ignored)
        return printable("; ".join(words))


def transfer(
    net: Layered,
    weights: Weights | Sequence[Weights],
    *,
    rename: Mapping[str, str] | None = None,
    on_mismatch: Literal["error", "fill", "crop"] = "error",
    layers: Sequence[str] = (),
    encoding: str | None = None,
    proto: str | os.PathLike[str] | None = None,
) -> Transfer:
    """Match the layers of weight files with those of a net by name, as Caffe does.

    A layer of a file that the net lacks is left; a layer of the net that no file has is filled. Of
    several files with the same layer, the last counts.

    Parameters
    ----------
    net
        What is to be filled: ``net.fill(weights=...)`` takes the result.
    weights
        A file of any format, or filled blobs, or several of them.
    rename
        The net's name of a layer, by its name in the files: ``{"fc8": "fc8_voc"}``.
    on_mismatch
        What to do with a layer whose blobs have other shapes, or another number, in the net.
        ``"error"``: refuse, as Caffe does. ``"fill"``: fill all of the layer's blobs. ``"crop"``:
        copy the part that both have, from each axis's start, and fill the rest.
    layers
        Patterns of the names (in the net) to copy, ``*`` and the like as in a shell; one that
        begins with ``!`` takes names out again. All, unless given.
    encoding, proto
        What names in the files are in that are not UTF-8, and the schema of the fork that wrote
        them; see `load`.

    Raises
    ------
    FormatError
        A file cannot be read, or its layer does not fit.
    UsageError
        Nothing matches, or an argument makes no sense.
    """
    if on_mismatch not in MISMATCHES:
        raise UsageError(f"on_mismatch is one of {', '.join(MISMATCHES)}, not {on_mismatch!r}")
    several = [weights] if isinstance(weights, (str, os.PathLike, Blobs)) else list(weights)
    matcher = _Matcher(net, rename or {}, on_mismatch, _chosen(layers))
    notes: list[str] = []
    for each in several:
        if isinstance(each, Blobs):
            matcher.match(each, "the given blobs")
        else:
            blobs = load(each, encoding=encoding, proto=proto)
            notes += blobs.notes
            matcher.match(blobs, os.fspath(each))
    found = matcher.result([Path(w).name for w in several if not isinstance(w, Blobs)])
    return replace(found, notes=tuple(notes))


class _Matcher:
    """What is known of a transfer after each file."""

    def __init__(
        self, net: Layered, rename: Mapping[str, str], on_mismatch: str, patterns: Sequence[str]
    ) -> None:
        self._net = net
        self._rename = rename
        self._on_mismatch = on_mismatch
        self._patterns = patterns
        self._index = {layer.key: i for i, layer in enumerate(net.layers) if layer.params}
        self._sources: dict[At, Array] = {}
        self._cropped: dict[str, None] = {}
        self._ignored: dict[str, None] = {}
        self._names: dict[str, None] = {}
        if patterns != ["*"]:
            self._check_patterns()

    def match(self, blobs: Blobs, file: str) -> None:
        """Take from one file what the net has too."""
        self._names |= dict.fromkeys(blobs)
        found = False
        for name, source in blobs.items():
            key = self._rename.get(name, name)
            if key not in self._index or not _chooses(self._patterns, key):
                self._ignored[name] = None
                continue
            found = True
            self._take(self._index[key], source, file)
        if not found:
            if not self._index:
                raise UsageError(f"{file}: the net has no layers with parameters to copy it to")
            near = did_you_mean(next(iter(blobs), ""), self._index)
            raise UsageError(
                f"{file}: of its {_some(tuple(blobs))} none is copied; the net has "
                f"{_some(tuple(self._index))}; ",
                Keyword("rename", {"OLD": "NEW"}),
                f" matches other names{near}",
            )

    def result(self, files: Sequence[str]) -> Transfer:
        """The transfer, once all files are matched."""
        for old, new in self._rename.items():
            if old not in self._names:
                near = did_you_mean(old, self._names)
                raise UsageError(f"rename: no file has a layer '{old}'{near}")
            if new not in self._index:
                near = did_you_mean(new, self._index)
                raise UsageError(f"rename: the net has no layer '{new}' with parameters{near}")
        copied: list[str] = []
        filled: list[str] = []
        for key, index in self._index.items():
            places = [self._owner(index, i) for i in range(len(self._net.layers[index].params))]
            whole = all(place in self._sources for place in places)
            if key not in self._cropped:
                (copied if whole else filled).append(key)
        return Transfer(
            tuple(copied),
            tuple(self._cropped),
            tuple(filled),
            tuple(self._ignored),
            tuple(files),
            dict(self._sources),
        )

    def _check_patterns(self) -> None:
        """Refuse a pattern that chooses nothing and takes nothing out: it is a slip."""
        for pattern in self._patterns:
            if not any(fnmatchcase(name, pattern.removeprefix("!")) for name in self._index):
                raise UsageError(
                    f"no layer of the net has a name that '{pattern}' (",
                    Keyword("layers"),
                    f") fits{did_you_mean(pattern, self._index)}",
                )

    def _take(self, index: int, source: LayerBlobs, file: str) -> None:
        layer = self._net.layers[index]
        wrong = _mismatch(layer, source)
        if not wrong:
            self._cropped.pop(layer.key, None)
            for i, array in enumerate(source):
                self._sources[self._owner(index, i)] = array.reshape(layer.params[i].shape)
        elif self._on_mismatch == "crop":
            self._cropped[layer.key] = None
            for i, array in enumerate(source[: len(layer.params)]):
                self._sources[self._owner(index, i)] = _cut(layer, i, array, file)
        elif self._on_mismatch == "error":
            raise FormatError(
                f"{file}: layer '{layer.key}' does not fit: {wrong}. Give the layer another name "
                "in the prototxt to learn it anew, or say ",
                Keyword("on_mismatch", "fill"),
                " (draw it anew) or crop",
            )

    def _owner(self, index: int, position: int) -> At:
        return owner(self._net.layers, (index, position))


def _mismatch(layer: Layer, source: LayerBlobs) -> str:
    """What does not fit, or ""."""
    if len(source) != len(layer.params):
        return f"it has {len(source)} blobs there and {len(layer.params)} in the net"
    for param, array in zip(layer.params, source, strict=True):
        if not same_blob(param.shape, array.shape):
            return (
                f"its {param.name} is {shown(array.shape)} there, {shown(param.shape)} in the net"
            )
    return ""


def _cut(layer: Layer, position: int, array: Array, file: str) -> Array:
    """The part of an array that the net's blob has room for."""
    shape = layer.params[position].shape
    own_axes = array.shape[-len(shape) :] if shape else ()
    if same_blob(own_axes, array.shape):
        array = array.reshape(own_axes)
    if len(shape) != array.ndim:
        raise FormatError(
            f"{file}: layer '{layer.key}' cannot be cropped: its {layer.params[position].name} has "
            f"{array.ndim} axes there, {len(shape)} in the net"
        )
    return array[tuple(slice(length) for length in shape)]


def _chosen(patterns: Sequence[str]) -> Sequence[str]:
    """The patterns, with all names chosen first where none says which."""
    return patterns if any(not p.startswith("!") for p in patterns) else ["*", *patterns]


def _chooses(patterns: Iterable[str], name: str) -> bool:
    chosen = False
    for pattern in patterns:
        if fnmatchcase(name, pattern.removeprefix("!")):
            chosen = not pattern.startswith("!")
    return chosen


def _some(names: Sequence[str]) -> str:
    if not names:
        return "0 layers"
    return f"{len(names)} layer{'s' * (len(names) != 1)} ({some(names)})"
