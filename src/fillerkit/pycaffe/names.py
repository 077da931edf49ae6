"""Names that scripts ask for; the error for one that is not there offers the nearest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn, TypeVar

import fillerkit as fk

T = TypeVar("T")


class ByName(OrderedDict[str, T]):
    """The blobs, layers or tops of a net, by name, in order.

    Parameters
    ----------
    items
    what
        What a message calls one of the things.
    """

    def __init__(self, items: Iterable[tuple[str, T]] = (), what: str = "item") -> None:
        super().__init__(items)
        self._what = what

    # What Python 2 has besides, and most old scripts use.

    def has_key(self, name: str) -> bool:
        return name in self

    def iterkeys(self) -> Iterator[str]:
        return iter(self)

    def itervalues(self) -> Iterator[T]:
        return iter(self.values())

    def iteritems(self) -> Iterator[tuple[str, T]]:
        return iter(self.items())

    def __missing__(self, name: str) -> NoReturn:
        near = fk.did_you_mean(str(name), map(str, self))
        raise KeyError(f"the net has no {self._what} '{name}'{near}")


def names_of(names: Sequence[str] | None) -> list[str]:
    """The names as a list; a string is refused, since it would be read letter by letter."""
    if isinstance(names, str):
        raise KeyError(f"names of blobs are a list: [{names!r}]")
    return list(names or ())


def few(names: Sequence[str]) -> str:
    """The first of some names."""
    return ", ".join(names[:5]) + f" and {len(names) - 5} more" * (len(names) > 5)
