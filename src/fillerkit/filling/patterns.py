"""Layers chosen by patterns of their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from fillerkit.errors import Keyword, UsageError, did_you_mean


class Chosen:
    """The names that some patterns choose: ``*`` and the like as in a shell, ``!`` takes out again.

    All names, where no pattern says which.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._said = patterns
        some = any(not pattern.startswith("!") for pattern in patterns)
        self._patterns = patterns if some else ["*", *patterns]

    def __contains__(self, name: str) -> bool:
        chosen = False
        for pattern in self._patterns:
            if fnmatchcase(name, pattern.removeprefix("!")):
                chosen = not pattern.startswith("!")
        return chosen

    def check_used(self, names: Iterable[str], what: str) -> None:
        """Refuse a pattern that chooses nothing and takes nothing out: it is a slip."""
        known = list(names)
        for pattern in self._said:
            name = pattern.removeprefix("!")
            if not any(fnmatchcase(each, name) for each in known):
                raise UsageError(
                    f"no layer of {what} has a name that '{pattern}' (",
                    Keyword("layers"),
                    f") fits{did_you_mean(name, known)}",
                )
