"""What a file says of a blob besides its values: its name, what filled it, who shares it."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from fillerkit.blobs import Alias, Start
from fillerkit.formats.entry import Entry


def about(entry: Entry) -> dict[str, Any]:
    """A note on a blob, of what JSON can hold."""
    note: dict[str, Any] = {"name": entry.name}
    if entry.aliases:
        note["aliases"] = [vars(alias) for alias in entry.aliases]
    if entry.start is not None:
        words, mean, std = entry.start
        note["start"] = [words, *(value if isfinite(value) else None for value in (mean, std))]
    return note


def told(note: Mapping[str, Any]) -> tuple[str, list[Alias], Start | None]:
    """The name, the aliases and the start that a note tells.

    Raises
    ------
    ValueError
        It is no note of ours.
    """
    try:
        aliases = [
            Alias(str(a["layer"]), int(a["index"]), str(a["name"]), tuple(map(int, a["shape"])))
            for a in note.get("aliases", ())
        ]
        start = None
        if "start" in note:
            words, mean, std = note["start"]
            start = Start(str(words), *(float("nan") if x is None else x for x in (mean, std)))
        return str(note.get("name", "")), aliases, start
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"a note on a blob makes no sense: {note!r:.80} ({error})") from None
