"""Every error that fillerkit raises on purpose, and the place in a file that it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """A place in a text: ``file:line:column``, line and column counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class FillerkitError(Exception):
    """The family of all errors that a user can cause and mend.

    Attributes
    ----------
    message : str
        What is wrong and what to do about it, without the place.
    place : Place or None
        Where in which file, when a file is at fault.
    """

    def __init__(self, message: str, *, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    @property
    def file(self) -> str | None:
        """The file at fault, or None."""
        return self.place.file if self.place else None

    @property
    def line(self) -> int | None:
        """The line at fault, counted from 1, or None."""
        return self.place.line if self.place else None

    @property
    def column(self) -> int | None:
        """The column at fault, counted from 1, or None."""
        return self.place.column if self.place else None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class PrototxtError(FillerkitError):
    """A prototxt that cannot be read: its syntax, a field, a value, a file it names."""


class LayerError(FillerkitError):
    """A layer whose parameters, bottoms or tops do not make sense.

    Attributes
    ----------
    field : str
        The parameter at fault, as a path inside the layer (``convolution_param.group``), or "".
    layer : str or None
        The layer's name.
    """

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        layer: str | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(message, place=place)
        self.field = field
        self.layer = layer


class FillerError(LayerError):
    """A filler that does not exist, or that cannot fill the blob it is asked to fill.

    Attributes
    ----------
    field : str
        The parameter at fault inside the filler (``std``), or "".
    blob : str
        Which of the layer's blobs: ``weight``, ``bias``, ...
    """

    blob: str = ""


class ShapeNeeded(LayerError):
    """A data layer whose top shapes are in no file: the caller has to give them."""


class FormatError(FillerkitError):
    """A weight file that cannot be read or written."""


class UsageError(FillerkitError):
    """An argument that makes no sense, whatever the files hold."""


Report = Callable[[FillerkitError], None]
"""Where an error goes that need not end the work: raised, or kept so that all are told at once."""


def raised(error: FillerkitError) -> None:
    """The `Report` that ends the work at the first error."""
    raise error from None


def some(names: Sequence[str]) -> str:
    """The first three of some names, and how many more there are: ``a, b, c and 4 more``."""
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A clause that offers the names nearest to `name`: ``; did you mean 'xavier'?``, or ""."""
    from difflib import get_close_matches

    by_lower = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), by_lower, n=3, cutoff=0.7)
    if not close:
        return ""
    return f"; did you mean {' or '.join(repr(by_lower[word]) for word in close)}?"
