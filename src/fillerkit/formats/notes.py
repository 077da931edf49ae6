"""What a file says of a blob besides its values: its name, what filled it, who shares it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isfinite, prod
from typing import Any

from fillerkit.encoding import UTF8, Reading, recorded
from fillerkit.formats.entry import Entry
from fillerkit.formats.stored import Alias, Array, Start, Stored

Found = tuple[str, int, Mapping[str, Any], Array]
"""A blob of a file: its layer, its index, the note on it, its values."""


def about(entry: Entry) -> dict[str, Any]:
    """A note on a blob, of what JSON can hold."""
    note: dict[str, Any] = {"name": entry.name}
    if entry.aliases:
        note["aliases"] = [vars(alias) for alias in entry.aliases]
    if entry.start is not None:
        words, mean, std = entry.start
        note["start"] = [words, *(x if isfinite(x) else str(float(x)) for x in (mean, std))]
    return note


def as_json(value: Mapping[str, Any]) -> str:
    """A note, or an origin, as text of ASCII; the same for the same."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def parsed(text: str | bytes) -> dict[str, Any]:
    """What `as_json` was given.

    Raises
    ------
    ValueError
        It is something else.
    """
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(f"a note makes no sense: {value!r:.80}")
    return value


def gathered(found: Iterable[Found], origin: Mapping[str, Any]) -> Stored:
    """The blobs of a file with what it notes on them.

    Raises
    ------
    ValueError
        Two blobs have the same place, or a layer's are not numbered from 0, or a note is not ours.
    """
    owned: dict[tuple[str, int], tuple[str, Array]] = {}
    aliases: dict[tuple[str, int], list[Alias]] = {}
    starts: dict[tuple[str, int], Start] = {}
    places: dict[str, set[int]] = {}
    for layer, index, note, array in found:
        name, shared, start = _told(note)
        for each, at in [(layer, index), *((alias.layer, alias.index) for alias in shared)]:
            if at in places.setdefault(each, set()):
                raise ValueError(f"it has the blob '{each}/{at}' twice")
            places[each].add(at)
        for alias in shared:
            if min(alias.shape, default=0) < 0 or prod(alias.shape) != array.size:
                raise ValueError(f"'{alias.layer}/{alias.index}' cannot share '{layer}/{index}'")
        owned[layer, index] = name, array
        aliases[layer, index] = shared
        if start is not None:
            starts[layer, index] = start
    for layer, taken in places.items():
        if max(taken) >= len(taken):
            missing = next(index for index in range(len(taken)) if index not in taken)
            raise ValueError(f"layer '{layer}' has no blob {missing}, but a blob {max(taken)}")
    return Stored(owned, aliases, origin, starts)


def with_names(stored: Stored, names: Reading) -> Stored:
    """The blobs of a file, with how its names were read."""
    if names.encoding == UTF8:
        return stored
    origin = {**stored.origin, **recorded(names.encoding)}
    return replace(stored, origin=origin, notes=tuple(filter(None, [names.note])))


def _told(note: Mapping[str, Any]) -> tuple[str, list[Alias], Start | None]:
    """The name, the aliases and the start that a note tells."""
    try:
        aliases = [
            Alias(str(a["layer"]), int(a["index"]), str(a["name"]), tuple(map(int, a["shape"])))
            for a in note.get("aliases", ())
        ]
        start = None
        if "start" in note:
            words, mean, std = note["start"]
            start = Start(str(words), float(mean), float(std))
        return str(note.get("name", "")), aliases, start
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"a note on a blob makes no sense: {note!r:.80} ({error})") from None
