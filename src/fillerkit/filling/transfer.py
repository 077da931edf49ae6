"""Weights from files in place of drawn ones, by Caffe's rules for fine-tuning."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from math import prod
from pathlib import Path
from typing import NamedTuple

from fillerkit.blobs.blobs import Blobs, LayerBlobs, load
from fillerkit.errors import FormatError, Keyword, UsageError, check_kind, did_you_mean
from fillerkit.filling.patterns import Chosen
from fillerkit.filling.renames import Move, Rename, Renames, by_file
from fillerkit.filling.transferred import MISMATCHES, Mismatch, Transfer, Weights, some_layers
from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import At, Layer, Layered, owner
from fillerkit.layers.shapes import same_blob, shown
from fillerkit.schema.forks_pb2 import LayerParameter

_CHANGED = ("reshaped", "cropped")


def transfer(
    net: Layered,
    weights: Weights | Sequence[Weights],
    *,
    rename: Rename | Sequence[Rename] | None = None,
    on_mismatch: Mismatch = "error",
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
        The net's name of a layer, by its name in the files: ``{"fc8": "fc8_voc"}``, or several of
        them: ``{"conv1": ["left/conv1", "right/conv1"]}``. What a ``*`` takes of a name is put in
        the place of the new name's: ``{"conv*": "left/conv*"}``; a layer that is named without a
        ``*`` goes by that alone. A list has such a mapping for each file.
    on_mismatch
        What to do with a layer whose blobs have other shapes, or another number, in the net.
        ``"error"``: refuse, as Caffe does. ``"fill"``: fill all of the layer's blobs.
        ``"reshape"``: copy the values in their order where there are as many, else refuse.
        ``"crop"``: copy the part that both have, from each axis's start, and fill the rest; refused
        where the axes do not mean the same.
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
    if not (hasattr(net, "layers") and hasattr(type(net), "model")):
        check_kind("net", net, (), "a net: fillerkit.load_net(path) reads one")
    if on_mismatch not in MISMATCHES:
        raise UsageError(f"on_mismatch is one of {', '.join(MISMATCHES)}, not {on_mismatch!r}")
    matcher = _Matcher(net, on_mismatch, layers)
    files = list(loaded(weights, encoding, proto))
    renames = by_file(rename, len(files))
    for file, of_file in zip(files, renames, strict=True):
        matcher.notes += file.blobs.notes if file.path else ()
        matcher.match(file, of_file)
    for of_file in renames:
        of_file.check_used(matcher.index, matcher.index)
    return matcher.result([file.short for file in files if file.path])


class Loaded(NamedTuple):
    """Blobs, and what the file is called that they are from.

    Attributes
    ----------
    blobs : Blobs
    path : str
        As it was given, or "" for blobs in memory.
    """

    blobs: Blobs
    path: str

    @property
    def long(self) -> str:
        """What an error calls it."""
        return self.path or "the given blobs"

    @property
    def short(self) -> str:
        """What a report calls it."""
        return Path(self.path).name or "memory"


def loaded(
    weights: Weights | Sequence[Weights],
    encoding: str | None,
    proto: str | os.PathLike[str] | None,
) -> Iterator[Loaded]:
    """Weight files, read as `load` reads them, and blobs as they are."""
    wanted = "the path of a weight file, or blobs, which net.fill(seed=1) makes"
    check_kind("weights", weights, (str, os.PathLike, Blobs, Iterable), wanted)
    for each in [weights] if isinstance(weights, (str, os.PathLike, Blobs)) else weights:
        if isinstance(each, Blobs):
            yield Loaded(each, "")
        else:
            check_kind("weights", each, (str, os.PathLike), wanted)
            yield Loaded(load(each, encoding=encoding, proto=proto), os.fspath(each))


class _Matcher:
    """What is known of a transfer after each file."""

    def __init__(self, net: Layered, on_mismatch: str, layers: Sequence[str]) -> None:
        self.index = {layer.key: i for i, layer in enumerate(net.layers) if layer.params}
        self.notes: list[str] = []
        self._net = net
        self._on_mismatch = on_mismatch
        self._chosen = Chosen(layers)
        self._sources: dict[At, Array] = {}
        self._how: dict[str, str] = {}
        self._ignored: dict[str, None] = {}
        self._moves: list[Move] = []
        self._chosen.check_used(self.index, "the net")

    def match(self, file: Loaded, renames: Renames) -> None:
        """Take from one file what the net has too."""
        blobs = file.blobs
        types = dict(blobs.model.layers) if blobs.model else {}
        taken: dict[str, bool] = {}
        for name, key in renames.moves(list(blobs), file.long):
            fits = key in self.index and key in self._chosen
            if fits:
                how, why = self._take(self.index[key], blobs[name], types.get(name), file.long)
                self._moves.append(Move(file.short, name, key, how, why))
            taken[name] = taken.get(name, False) or fits
        if not any(taken.values()):
            self._refuse(file.long, blobs)
        left = [name for name in blobs if not taken.get(name)]
        self._ignored |= dict.fromkeys(left)
        self._moves += [Move(file.short, name, "", "left") for name in left]

    def result(self, files: Sequence[str]) -> Transfer:
        """The transfer, once all files are matched."""
        became: dict[str, list[str]] = {how: [] for how in ("copied", *_CHANGED, "filled")}
        for key, index in self.index.items():
            places = [self._owner(index, i) for i in range(len(self._net.layers[index].params))]
            whole = all(place in self._sources for place in places)
            how = self._how.get(key, "copied")
            became[how if how == "cropped" or whole else "filled"].append(key)
        told = {move.layer for move in self._moves}
        drawn = [Move("", "", key, "filled") for key in became["filled"] if key not in told]
        return Transfer(
            **{how: tuple(keys) for how, keys in became.items()},
            ignored=tuple(self._ignored),
            files=tuple(files),
            _sources=dict(self._sources),
            notes=tuple(self.notes),
            moves=(*with_later(self._moves), *drawn),
        )

    def _refuse(self, file: str, blobs: Blobs) -> None:
        if not self.index:
            raise UsageError(f"{file}: the net has no layers with parameters to copy it to")
        near = did_you_mean(next(iter(blobs), ""), self.index)
        raise UsageError(
            f"{file}: of its {some_layers(tuple(blobs))} none is copied; the net has "
            f"{some_layers(tuple(self.index))}; ",
            Keyword("rename", {"OLD": "NEW"}),
            f" matches other names{near}",
        )

    def _take(
        self, index: int, source: LayerBlobs, of: LayerParameter | None, file: str
    ) -> tuple[str, str]:
        """Copy what fits of a layer; how that was done, and why so. `of` is the layer there."""
        layer = self._net.layers[index]
        wrong = _mismatch(layer, source)
        arrays: list[Array] = []
        how = "copied"
        if not wrong or (self._on_mismatch == "reshape" and _same_counts(layer, source)):
            shapes = [param.shape for param in layer.params]
            arrays = [array.reshape(shape) for array, shape in zip(source, shapes, strict=True)]
            if wrong:
                how = "reshaped"
                self.notes += _scrambled(layer, source, file)
        elif self._on_mismatch == "crop":
            _check_axes(layer, of, file)
            how = "cropped"
            common = source[: len(layer.params)]
            arrays = [_cut(layer, i, array, file) for i, array in enumerate(common)]
        elif self._on_mismatch == "fill":
            return "filled", wrong
        else:
            raise FormatError(
                f"{file}: layer '{layer.key}' does not fit: {wrong}. Give the layer another name "
                "in the prototxt to learn it anew, or say ",
                Keyword("on_mismatch", "fill"),
                " (draw it anew) or crop",
                " or reshape (it has as many values)" * _same_counts(layer, source),
            )
        self._how[layer.key] = how
        self._sources |= {self._owner(index, i): array for i, array in enumerate(arrays)}
        return how, wrong

    def _owner(self, index: int, position: int) -> At:
        return owner(self._net.layers, (index, position))


def with_later(moves: Sequence[Move]) -> list[Move]:
    """The moves, those marked whose values a later file's have replaced."""
    found: list[Move] = []
    later: dict[str, str] = {}
    for move in reversed(moves):
        if move.layer in later:
            move = move._replace(why=f"then replaced from {later[move.layer]}")
        elif move.layer and move.how != "filled":
            later[move.layer] = move.file
        found.append(move)
    return found[::-1]


def _mismatch(layer: Layer, source: LayerBlobs) -> str:
    """What does not fit, or ""."""
    if len(source) != len(layer.params):
        there = "1 blob" if len(source) == 1 else f"{len(source)} blobs"
        return f"it has {there} there and {len(layer.params)} in the net"
    for param, array in zip(layer.params, source, strict=True):
        if not same_blob(param.shape, array.shape):
            return (
                f"its {param.name} is {shown(array.shape)} there, {shown(param.shape)} in the net"
            )
    return ""


def _same_counts(layer: Layer, source: LayerBlobs) -> bool:
    pairs = zip_longest((param.count for param in layer.params), (array.size for array in source))
    return all(ours == theirs for ours, theirs in pairs)


def _scrambled(layer: Layer, source: LayerBlobs, file: str) -> Iterator[str]:
    """A note on each blob whose axes are not those of the file put together or taken apart."""
    for param, array in zip(layer.params, source, strict=True):
        if not _is_refined(array.shape, param.shape):
            yield (
                f"{file}: layer '{layer.key}': its {param.name} is {shown(array.shape)} there, "
                f"{shown(param.shape)} in the net: the values are copied in their order, but no "
                "axis of one is made of axes of the other; are they meant to be?"
            )


def _is_refined(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether each axis of one of two shapes, of the same count, is made of axes of the other."""
    ends = [{prod(shape[:axis]) for axis in range(len(shape) + 1)} for shape in (one, other)]
    return ends[0] <= ends[1] or ends[1] <= ends[0]


def _check_axes(layer: Layer, of: LayerParameter | None, file: str) -> None:
    """Refuse to crop a layer into one whose blobs have axes of another meaning."""
    ours = layer.message
    if of is None or not of.type:
        return
    reason = ""
    if of.type != ours.type:
        reason = f"it is of type {of.type} there, {ours.type} in the net"
    elif of.convolution_param.group != ours.convolution_param.group:
        groups = of.convolution_param.group, ours.convolution_param.group
        reason = f"it has {groups[0]} groups there, {groups[1]} in the net"
    elif of.inner_product_param.transpose != ours.inner_product_param.transpose:
        reason = "its weight is transposed in one of them"
    if reason:
        raise FormatError(
            f"{file}: layer '{layer.key}' cannot be cropped: {reason}, so the axes of its blobs do "
            "not mean the same. Say ",
            Keyword("on_mismatch", "fill"),
            " (draw it anew), or reshape (copy it whole, if it has as many values)",
        )


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
