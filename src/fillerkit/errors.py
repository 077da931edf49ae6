"""Every error that fillerkit raises on purpose, and the place in a file that it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fillerkit.printable import printable

Lengths = tuple[int | str, ...]
"""What is known of a shape: a letter stands for a length that is not known."""
EXAMPLE_PARAM = "64x3x3x3:xavier"
"""A parameter blob as the keyword ``params`` of `load_net` takes it."""


class Place(NamedTuple):
    """A place in a text: ``file:line:column``, line and column counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{printable(self.file)}:{self.line}:{self.column}"


class Keyword(NamedTuple):
    """A keyword of a function that helps against an error.

    Attributes
    ----------
    name : str
        ``shapes``.
    value : object
        What to give it: ``{"data": (64, 3, "H", "W")}``; tuples are `Lengths`. None where only the
        name is spoken of.
    """

    name: str
    value: object = None

    def __str__(self) -> str:
        """As a Python program writes it: ``shapes={'data': (64, 3, H, W)}``."""
        return self.name if self.value is None else f"{self.name}={_in_python(self.value)}"


class Line(str):
    """Words of an error that begin a line of their own.

    No other line break of an error is shown as one: it may be from a file.
    """

    __slots__ = ()


def _in_python(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key!r}: {_in_python(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(str, value))}{',' * (len(value) == 1)})"
    return repr(value)


class FillerkitError(Exception):
    """The family of all errors that a user can cause and mend.

    Parameters
    ----------
    *words
        What is wrong and what to do about it, in parts that are read one after the other.
    place
        Where in which file, when a file is at fault.

    Attributes
    ----------
    words : tuple of (str or Keyword)
        As they are; `told` and ``str`` make them printable.
    within : tuple of str
        What the words are about, from the outside in: ``("layer 'ip' (InnerProduct)",)``.
    place : Place or None
    """

    def __init__(self, *words: str | Keyword, place: Place | None = None) -> None:
        super().__init__(*words)
        self.words = words
        self.within: tuple[str, ...] = ()
        self.place = place

    def told(self, keyword: Callable[[Keyword], str] = str) -> str:
        """What is wrong, of what, and what to do about it; `keyword` puts a `Keyword` in words.

        It is printable, and of one line but for each `Line`.
        """
        told = "".join(printable(f"{what}: ") for what in self.within)
        for part in self._all_words():
            told += "\n" if isinstance(part, Line) else ""
            told += printable(part if isinstance(part, str) else keyword(part))
        return told

    def _all_words(self) -> Iterable[str | Keyword]:
        return self.words

    @property
    def message(self) -> str:
        """What is wrong and what to do about it, without the place, for a Python program."""
        return self.told()

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
    """A prototxt that cannot be read: its syntax, a field, a value, a file it names.

    Attributes
    ----------
    unread : object
        The `Field` of the text that is left out where reading goes on, or None.
    unknown : bool
        Whether that is because no message has a field of its name.
    """

    unread: object = None
    unknown: bool = False


class LayerError(FillerkitError):
    """A layer whose parameters, bottoms or tops do not make sense.

    Attributes
    ----------
    field : str
        The parameter at fault, as a path inside the layer (``convolution_param.group``), or "".
    layer : str or None
        The layer's name.
    missing : str
        The bottom that no earlier layer makes, or "".
    """

    missing: str = ""

    def __init__(
        self,
        *words: str | Keyword,
        field: str = "",
        layer: str | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(*words, place=place)
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
    """A layer whose top shapes are in no file that is here: the caller has to give them.

    Parameters
    ----------
    *words
        Why they are not known.
    shapes
        What is known of the shape of each top that has to be given.

    Attributes
    ----------
    later : tuple of ShapeNeeded
        The errors of later layers of the same net, so that one answer serves for all.
    """

    def __init__(
        self,
        *words: str | Keyword,
        shapes: Mapping[str, Lengths] | None = None,
        field: str = "",
        layer: str | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(*words, field=field, layer=layer, place=place)
        self._own_shapes = dict(shapes or {})
        self.later: tuple[ShapeNeeded, ...] = ()

    @property
    def shapes(self) -> dict[str, Lengths]:
        """What is known of the shape of each top that has to be given, of the later layers too."""
        found = dict(self._own_shapes)
        for error in self.later:
            found |= error.shapes
        return found

    def _all_words(self) -> Iterator[str | Keyword]:
        yield from self.words
        for error in self.later:
            yield f"; layer '{error.layer}' "
            yield from error.words
        if self.shapes:
            yield ": say it, with numbers for the letters, with "
            yield Keyword("shapes", self.shapes)


class UnknownLayer(NamedTuple):
    """A layer of which it is not known what it makes.

    Attributes
    ----------
    name, type : str
    shapes : dict of str to tuple of (int or str)
        What is known of the shape of each top that has to be given; none for a layer without tops,
        whose parameter blobs are to be given.
    line : int
    """

    name: str
    type: str
    shapes: dict[str, Lengths]
    line: int

    @property
    def answer(self) -> Keyword:
        """The keyword that says what it makes."""
        if self.shapes:
            return Keyword("shapes", self.shapes)
        return Keyword("params", {self.name: [EXAMPLE_PARAM]})


class UnknownLayers(LayerError):
    """Layers of types, or with code, that are not known: the caller has to say what they make.

    Attributes
    ----------
    unknown : tuple of UnknownLayer
    """

    def __init__(
        self,
        *words: str | Keyword,
        unknown: Iterable[UnknownLayer] = (),
        field: str = "",
        layer: str | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(*words, field=field, layer=layer, place=place)
        self.unknown = tuple(unknown)

    @property
    def shapes(self) -> dict[str, Lengths]:
        """What is known of the shape of each top that has to be given."""
        return {top: shape for layer in self.unknown for top, shape in layer.shapes.items()}


class FormatWarning(UserWarning):
    """A weight file is written that another program reads otherwise."""


class FormatError(FillerkitError):
    """A weight file that cannot be read or written."""


class UsageError(FillerkitError):
    """An argument that makes no sense, whatever the files hold."""


class KindError(UsageError, TypeError):
    """An argument of a kind that a function does not take: a path in the place of a net."""


def check_kind(name: str, value: object, kinds: type | tuple[type, ...], wanted: str) -> None:
    """Refuse an argument of another kind.

    Parameters
    ----------
    name
        The argument's.
    value
        What is given.
    kinds
        What is taken.
    wanted
        That in words, and how to get it.
    """
    if not isinstance(value, kinds):
        given = "a class" if isinstance(value, type) else type(value).__name__
        raise KindError(f"{name} is {given}: give {wanted}")


OnError = Callable[[FillerkitError], None]
"""What is done with an error: it is raised, or kept so that several errors are shown at once."""


def raised(error: FillerkitError) -> None:
    """The `OnError` that ends the work at the first error."""
    raise error from None


def some(names: Sequence[str]) -> str:
    """The first three of some names, and how many more there are: ``a, b, c and 4 more``."""
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def did_you_mean(name: str, known: Iterable[str], most: int = 3) -> str:
    """A clause that offers the names nearest to `name`: ``; did you mean 'xavier'?``, or ""."""
    from difflib import get_close_matches

    by_lower = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), by_lower, n=most, cutoff=0.7)
    if not close:
        return ""
    return f"; did you mean {' or '.join(repr(by_lower[word]) for word in close)}?"


def is_nearly(name: str, known: Iterable[str], cutoff: float) -> bool:
    """Whether a name is a known one but for a letter or two; a larger `cutoff` allows fewer."""
    from difflib import get_close_matches

    by_lower = [each.lower() for each in known]
    return bool(get_close_matches(name.lower(), by_lower, n=1, cutoff=cutoff))


def what_there_is(name: str, known: Iterable[str]) -> str:
    """A clause that offers the names nearest to `name`, or, where none is near, all of them."""
    known = tuple(known)
    return did_you_mean(name, known) or f"; there are {', '.join(known)}"
