"""The layers of weight files in one, under other names, without a net."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from fillerkit.blobs.blobs import Blobs
from fillerkit.encoding import UTF8, of_origin, recorded
from fillerkit.errors import UsageError, some
from fillerkit.filling.patterns import Chosen
from fillerkit.filling.renames import Move, Rename, by_file
from fillerkit.filling.transfer import Loaded, loaded, with_later
from fillerkit.filling.transferred import Weights, some_layers
from fillerkit.formats.stored import Alias, Array, Key, Start
from fillerkit.layers.net_layer import Model
from fillerkit.printable import printable
from fillerkit.schema.forks_pb2 import LayerParameter


class Gathered(NamedTuple):
    """Layers of several files.

    Attributes
    ----------
    blobs : Blobs
        Its `notes` are what a person should be told of the reading.
    moves : tuple of Move
        What became of each layer of each file.
    """

    blobs: Blobs
    moves: tuple[Move, ...]

    def __str__(self) -> str:
        left = tuple(dict.fromkeys(move.source for move in self.moves if move.how == "left"))
        words = [f"copied {some_layers(tuple(self.blobs))}"]
        words += [f"left {some_layers(left)}"] * bool(left)
        return printable("; ".join(words))


_From = tuple[int, str]
"""Which layer of which file."""


def gather_weights(
    weights: Weights | Sequence[Weights],
    *,
    rename: Rename | Sequence[Rename] | None = None,
    layers: Sequence[str] = (),
    encoding: str | None = None,
    proto: str | os.PathLike[str] | None = None,
) -> Gathered:
    """Put layers of weight files together, without a net to fill.

    Of several layers of one name, the last file's counts. Layers keep their type and parameters,
    where the files tell them; which layer takes what of which is left out, and so are layers
    without blobs.

    Parameters
    ----------
    weights
        A file of any format, or blobs, or several of them.
    rename, encoding, proto
        As for `transfer`; any new name will do.
    layers
        Patterns of the new names to copy, as for `transfer`.

    Raises
    ------
    FormatError
        A file cannot be read.
    UsageError
        Nothing is copied, or an argument makes no sense.
    """
    files = list(loaded(weights, encoding, proto))
    renames = by_file(rename, len(files))
    chosen = Chosen(layers)
    taken: dict[str, _From] = {}
    moves: list[Move] = []
    found: list[str] = []
    for number, (file, of_file) in enumerate(zip(files, renames, strict=True)):
        goes: set[str] = set()
        for name, new in of_file.moves(list(file.blobs), file.long):
            found.append(new)
            if new in chosen:
                taken.pop(new, None)  # what it shares with a layer has to come after that
                taken[new] = number, name
                moves.append(Move(file.short, name, new, "copied"))
                goes.add(name)
        moves += [Move(file.short, name, "", "left") for name in file.blobs if name not in goes]
    for of_file in renames:
        of_file.check_used(None, ())
    chosen.check_used(found, "the files")
    if not taken:
        raise UsageError(f"no layer of {some([file.long for file in files])} is copied")
    return Gathered(_put_together(files, taken), tuple(with_later(moves)))


def _put_together(files: Sequence[Loaded], taken: dict[str, _From]) -> Blobs:
    """The blobs under their new names; what shared values in a file shares them still."""
    first: dict[_From, str] = {}
    owned: dict[Key, tuple[str, Array]] = {}
    aliases: dict[Key, list[Alias]] = {}
    starts: dict[Key, Start] = {}
    owners = [_owners(file.blobs) for file in files]
    for new, (number, name) in taken.items():
        first.setdefault((number, name), new)
        of_layer = files[number].blobs[name]
        for index, (blob, array) in enumerate(zip(of_layer.names, of_layer, strict=True)):
            layer, at = owners[number].get((name, index), ("", 0))
            if (number, layer) in first:
                alias = Alias(new, index, blob, array.shape)
                aliases.setdefault((first[number, layer], at), []).append(alias)
                continue
            owned[new, index] = blob, array
            start = files[number].blobs.starts.get((layer or name, at if layer else index))
            if start is not None:
                starts[new, index] = start
    encodings = {of_origin(file.blobs.origin) for file in files}
    origin = {
        "net": str(files[0].blobs.origin.get("net", "")),
        "weights": [file.short for file in files],
        **recorded(encodings.pop() if len(encodings) == 1 else UTF8),
    }
    notes = [note for file in files if file.path for note in file.blobs.notes]
    return Blobs(owned, aliases, origin, starts, _model(files, taken), notes)


def _owners(blobs: Blobs) -> dict[Key, Key]:
    """Whose values the blobs are that have none of their own."""
    return {
        (alias.layer, alias.index): (layer, index)
        for layer, index, _, _, sharing in blobs.owned()
        for alias in sharing
    }


def _model(files: Sequence[Loaded], taken: dict[str, _From]) -> Model | None:
    """What the files tell of the layers, if one of them tells anything."""
    models = [file.blobs.model for file in files]
    if not any(models):
        return None
    known = [dict(model.layers) if model else {} for model in models]
    layers = []
    for new, (number, name) in taken.items():
        there = known[number].get(name, LayerParameter())
        layer = type(there)()
        layer.CopyFrom(there)
        layer.name = new
        for field in ("bottom", "top", "loss_weight", "propagate_down"):
            layer.ClearField(field)
        layers.append((new, layer))
    return Model(next(model.name for model in models if model), tuple(layers))
