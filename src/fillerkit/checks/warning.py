"""The warnings that are known, and the decorator that makes one known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from fillerkit.errors import Place
from fillerkit.layers.net_layer import Layer
from fillerkit.nets.net import Net
from fillerkit.printable import printable

Warned = tuple[Layer | Place, str]
Warn = Callable[[Net], Iterator[Warned]]


class Finding(NamedTuple):
    """Something in a net that is allowed, and rarely meant.

    Attributes
    ----------
    code : str
        Of the warning: ``zero-weights``.
    message : str
    place : Place
        The layer's, in the file; its column is 1 where only the line is known.
    layer : str or None
        The layer's name, or None where no layer is at fault.
    """

    code: str
    message: str
    place: Place
    layer: str | None = None

    def __str__(self) -> str:
        return f"{self.place}: {printable(self.message)} [{self.code}]"


warnings: dict[str, Warn] = {}
"""Every warning by its code: a function from a net to the layers at fault, each with a message.

A warning's docstring says why it is one, and by which source.
"""


def warning(code: str) -> Callable[[Warn], Warn]:
    """Make a warning known: the function below finds what is at fault in a net."""

    def register(warn: Warn) -> Warn:
        warnings[code] = warn
        return warn

    return register


def findings(net: Net) -> Iterator[Finding]:
    """All that the warnings find in a net, in the order of its lines."""
    found = [
        _finding(net, code, *warned) for code, warn in warnings.items() for warned in warn(net)
    ]
    return iter(sorted(found, key=lambda finding: finding.place.line))


def _finding(net: Net, code: str, where: Layer | Place, message: str) -> Finding:
    if isinstance(where, Place):
        return Finding(code, message, where)
    named = f"layer '{where.name}' ({where.type}): {message}"
    return Finding(code, named, Place(net.file, where.line, 1), where.name)
