"""Which layer of a weight file goes into which layer: names, other names, and patterns of names."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from fillerkit.errors import UsageError, did_you_mean, some

Rename = Mapping[str, str | Sequence[str]]
"""New names by old ones; what a ``*`` takes of an old name is put in the place of the new one's."""


class Move(NamedTuple):
    """What became of a layer of a weight file, or of one that no file has.

    Attributes
    ----------
    file : str
        The file without its folder, or ""; for blobs in memory ``memory``.
    source : str
        The layer's name in the file, or "".
    layer : str
        The layer that it was for, or "".
    how : str
        ``copied``, ``reshaped``, ``cropped``, ``filled`` or ``left``.
    why : str
        What else there is to say, or "".
    """

    file: str
    source: str
    layer: str
    how: str
    why: str = ""

    def __str__(self) -> str:
        ways = [f"{self.file}: {self.source}"] * bool(self.source) + [self.layer] * bool(self.layer)
        return f"{' -> '.join(ways)}: {self.how}" + f" ({self.why})" * bool(self.why)


class _Pair(NamedTuple):
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.old}={self.new}"


class Renames:
    """The renames that hold for a file, or for several; it remembers which of them were of use."""

    def __init__(self, rename: Rename) -> None:
        self._pairs = [_Pair(old, new) for old in rename for new in _several(old, rename[old])]
        self._gives: dict[_Pair, list[str]] = {pair: [] for pair in self._pairs}
        self._names: dict[str, None] = {}

    def moves(self, names: Sequence[str], file: str) -> list[tuple[str, str]]:
        """Each layer of a file beside the name that it goes to; several times, if to several.

        A layer that no rename speaks of keeps its name, unless a rename gives that to another one.

        Raises
        ------
        UsageError
            Two renames give one name to two layers, or a pattern makes no sense.
        """
        self._names |= dict.fromkeys(names)
        exact = {pair.old for pair in self._pairs} & set(names)
        given: dict[str, tuple[str, _Pair]] = {}
        for pair in self._pairs:
            for name, new in _matches(pair, names, exact):
                before, by = given.setdefault(new, (name, pair))
                if before != name:
                    raise UsageError(
                        f"rename: {file}: layers '{before}' ({by}) and '{name}' ({pair}) "
                        f"would both become '{new}'"
                    )
                self._gives[pair].append(new)
        renamed: dict[str, list[str]] = {}
        for new, (name, _) in given.items():
            renamed.setdefault(name, []).append(new)
        kept = {name: [] if name in given else [name] for name in names}
        return [(name, new) for name in names for new in renamed.get(name, kept[name])]

    def check_used(self, there: Container[str] | None, known: Iterable[str]) -> None:
        """Refuse a rename that no layer of a file fits, or whose new names no layer has.

        Parameters
        ----------
        there
            The layers that may take something; None where any name will do.
        known
            Their names, for what was meant.
        """
        for pair, given in self._gives.items():
            if not given:
                near = did_you_mean(pair.old, self._names)
                fits = f"that '{pair.old}' fits" if "*" in pair.old else f"'{pair.old}'"
                raise UsageError(f"rename {pair}: the file has no layer {fits}{near}")
            if there is not None and not any(new in there for new in given):
                near = did_you_mean(given[0], known)
                raise UsageError(
                    f"rename {pair}: the net has no layer '{given[0]}' with parameters{near}"
                    if len(given) == 1
                    else f"rename {pair}: the net has no layers {some(given)} with parameters"
                )


def by_file(rename: Rename | Sequence[Rename] | None, files: int) -> list[Renames]:
    """The renames of each file: one mapping is for all of them, a list has one for each."""
    if rename is None or isinstance(rename, Mapping):
        return [Renames(rename or {})] * files
    if isinstance(rename, str) or not all(isinstance(each, Mapping) for each in rename):
        raise UsageError(f"rename is {{OLD: NEW}}, or a list of such, not {rename!r}")
    if len(rename) != files:
        raise UsageError(
            f"rename has {len(rename)} mapping{'s' * (len(rename) != 1)} for {files} "
            f"file{'s' * (files != 1)}: give one for each, or one for all without a list"
        )
    return [Renames(each) for each in rename]


def _several(old: str, new: str | Sequence[str]) -> Sequence[str]:
    news = [new] if isinstance(new, str) else list(new)
    if not all(isinstance(name, str) and name for name in (old, *news)) or not news:
        raise UsageError(f"rename gives '{old}' the name {new!r}: a layer's name is needed")
    return news


def _matches(pair: _Pair, names: Iterable[str], exact: Container[str]) -> list[tuple[str, str]]:
    """The layers that a rename fits, with their new names."""
    if pair.old in exact:
        return [(pair.old, pair.new)]
    if "*" not in pair.old:
        if "*" in pair.new:
            raise UsageError(f"rename {pair}: no * in '{pair.old}' says what the new name's * is")
        return []
    if pair.new.count("*") != pair.old.count("*"):
        raise UsageError(
            f"rename {pair}: the new name needs as many * as '{pair.old}' has, for what they take, "
            f"as in '{pair.old}=left/{pair.old}'"
        )
    pattern = re.compile("(.*)".join(map(re.escape, pair.old.split("*"))), re.DOTALL)
    first, *rest = pair.new.split("*")
    fits = ((name, pattern.fullmatch(name)) for name in names if name not in exact)
    return [
        (name, first + "".join(map(str.__add__, match.groups(), rest)))
        for name, match in fits
        if match
    ]
