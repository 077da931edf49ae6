"""A ``.safetensors`` with PyTorch's names: what a module of `fillerkit.torch` has, it loads.

Keys and forms are those of `fillerkit.formats.state_dict`. A shared blob is stored once, by its
owner, as safetensors' own ``save_model`` leaves out what is shared. Blobs are written as they are
made; only what PyTorch has in another form (a BatchNorm's sums, a matrix that is turned) is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from fillerkit.errors import FormatError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.entry import Content, Entry, little
from fillerkit.formats.safetensors import header_of
from fillerkit.formats.state_dict import TRACKED, Form, forms, quotient
from fillerkit.formats.stored import Array, Key
from fillerkit.formats.torch_notes import note_on
from fillerkit.formats.whole_file import whole_file

_COUNT: np.dtype[Any] = np.dtype(np.int64)


def write(path: Path, content: Content) -> None:
    """Write the values, then the header before them, which tells of factors among them."""
    layout = _Layout(path, content)
    begin = len(layout.header({}))
    with whole_file(path, content.nbytes) as file, BackgroundWriter(file) as writer:
        factors: dict[Key, float] = {}
        held: list[tuple[Entry, Array]] = []
        for key, (dtype, _) in layout.tensors.items():
            if dtype == _COUNT:
                _put(writer, begin + layout.places[key], bytes(_COUNT.itemsize))
        for entry in content.entries:
            form = layout.form(entry)
            if form.divided or not form.saved:
                held.append((entry, _whole(entry)))
            elif form.turned:
                turned = _whole(entry).reshape(form.shape).T.reshape(-1)
                _put(writer, begin + layout.places[layout.key(entry)], little(turned))
            else:
                writer.seek(begin + layout.places[layout.key(entry)])
                for piece in entry.pieces:
                    writer.write(piece)
        for entry, values in held:
            if not layout.form(entry).saved:
                factors[entry.layer, entry.index] = float(values[0])
        for entry, values in held:
            if layout.form(entry).divided:
                of_all = quotient(values, factors[layout.factor(entry.layer)])
                _put(writer, begin + layout.places[layout.key(entry)], little(of_all))
        _put(writer, 0, layout.header(factors, begin))


class _Layout:
    """What lies where in the file.

    Attributes
    ----------
    tensors : dict of str to (dtype, shape)
        In their order. PyTorch maps a tensor only at a multiple of its values' size, so the
        largest values come first.
    """

    def __init__(self, path: Path, content: Content) -> None:
        self._content = content
        self._owners = {
            (alias.layer, alias.index): (entry.layer, entry.index)
            for entry in content.entries
            for alias in entry.aliases
        }
        self._forms = _forms(content)
        for entry in content.entries:
            if not self.form(entry).saved and prod(entry.shape) != 1:
                raise FormatError(
                    f"{path}: layer '{entry.layer}': its {entry.name} has "
                    f"{prod(entry.shape):,} values, and PyTorch has no place for more than one"
                )
        tensors = dict(self._found())
        self.tensors = dict(sorted(tensors.items(), key=lambda each: -each[1][0].itemsize))

    def form(self, entry: Entry) -> Form:
        """The form that PyTorch gives a blob."""
        return self._forms[entry.layer][entry.index]

    def key(self, entry: Entry) -> str:
        """The key of a blob's tensor, or of its note where it has none."""
        return f"{entry.layer}.{self.form(entry).name}"

    def factor(self, layer: str) -> Key:
        """Which blob a layer's statistics are divided by: its own, or the one that it shares."""
        index = next(i for i, form in self._forms[layer].items() if not form.saved)
        return self._owners.get((layer, index), (layer, index))

    @cached_property
    def places(self) -> dict[str, int]:
        """At which byte behind the header each tensor begins."""
        sizes = [dtype.itemsize * prod(shape) for dtype, shape in self.tensors.values()]
        return dict(zip(self.tensors, accumulate(sizes, initial=0), strict=False))

    def header(self, factors: Mapping[Key, float], least: int = 0) -> bytes:
        """All that stands before the values, as long with the factors as without."""
        notes = {}
        for entry in self._content.entries:
            form = self.form(entry)
            factor = ""
            if form.divided:
                layer, index = self.factor(entry.layer)
                factor = f"{layer}.{self._forms[layer][index].name}"
            value = factors.get((entry.layer, entry.index))
            notes[self.key(entry)] = note_on(entry, form, factor, value)
        return header_of(self.tensors, self._content.origin, notes, least)

    def _found(self) -> Iterator[tuple[str, tuple[np.dtype[Any], tuple[int, ...]]]]:
        for entry in self._content.entries:
            form = self.form(entry)
            if form.saved:
                shape = form.shape[::-1] if form.turned else form.shape
                yield self.key(entry), (entry.dtype, shape)
        for layer, of_layer in self._forms.items():
            if any(form.divided for form in of_layer.values()):
                yield f"{layer}.{TRACKED}", (_COUNT, ())


def _forms(content: Content) -> dict[str, dict[int, Form]]:
    """By layer and index, the form of every blob, of those that are shared too."""
    layers: dict[str, dict[int, tuple[str, tuple[int, ...]]]] = {}
    for entry in content.entries:
        layers.setdefault(entry.layer, {})[entry.index] = entry.name, entry.shape
        for alias in entry.aliases:
            layers.setdefault(alias.layer, {})[alias.index] = alias.name, alias.shape
    messages = dict(content.model.layers) if content.model is not None else {}
    found = {}
    for layer, blobs in layers.items():
        names, shapes = zip(*(blobs[index] for index in sorted(blobs)), strict=True)
        of_layer = forms(names, shapes, messages.get(layer))
        found[layer] = dict(zip(sorted(blobs), of_layer, strict=True))
    return found


def _whole(entry: Entry) -> Array:
    """All values of a blob, in memory of their own."""
    values, at = np.empty(prod(entry.shape), entry.dtype), 0
    for chunk in entry.chunks:
        values[at : at + chunk.size] = chunk
        at += chunk.size
    return values


def _put(writer: BackgroundWriter, place: int, data: memoryview | bytes) -> None:
    writer.seek(place)
    writer.write(data)
