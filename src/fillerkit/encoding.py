"""Names in files that are not UTF-8: how they are read, and how they go out as the same bytes.

One rule for every file: UTF-8 if all its names are; else the encoding that a person says; else
GB18030, which has all of GBK, if all its names can be that; else Latin-1, which every byte can be.
All names of a file are read alike. Either guess turns what it read into the same bytes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fillerkit.errors import Keyword, UsageError

UTF8 = "utf-8"
_GUESSES = ("gb18030", "latin-1")
_KEY = "encoding"
# All of ASCII, and before it what encodings that use ASCII to say more take for something else.
_ASCII = rb"\u0041+AGE-" + bytes(sorted(set(range(128)) - set(b"\\")))


class Reading(NamedTuple):
    """How the names of one file are read.

    Attributes
    ----------
    encoding : str
    note : str
        What a person should know of it, or "".
    """

    encoding: str = UTF8
    note: str = ""


AS_UTF8 = Reading()


def reading(file: str, names: Iterable[bytes], said: str | None = None) -> Reading:
    """Choose the encoding of a file's names.

    Parameters
    ----------
    file
        As messages call it.
    names
        All of them; those of ASCII may be left out.
    said
        The encoding that a person says, for names that are not UTF-8.

    Raises
    ------
    UsageError
        There is no such encoding, or the names are not in it.
    """
    check_encoding(said)
    odd = [name for name in names if not name.isascii()]
    if _can_be(UTF8, odd):
        return AS_UTF8
    if said is not None:
        if not _can_be(said, odd):
            raise UsageError(
                f"{file}: its names are neither UTF-8 nor {said}: ", Keyword(_KEY), " says another"
            )
        return Reading(said)
    guess = next(guess for guess in _GUESSES if _can_be(guess, odd))
    note = (
        f"{file}: its names are not UTF-8 and are read as {guess}, the first one as "
        f"'{odd[0].decode(guess)}'; --encoding (encoding= in Python) says another"
    )
    return Reading(guess, note)


def check_encoding(name: str | None) -> None:
    """Refuse what is no encoding of text in which ASCII is ASCII."""
    if name is None:
        return
    try:
        fits = _ASCII.decode(name) == _ASCII.decode("ascii")
    except (LookupError, ValueError, TypeError):
        fits = False
    if not fits:
        raise UsageError(
            f"encoding is a name that Python knows, in which ASCII stays as it is, like 'gbk', "
            f"'shift_jis' or 'latin-1', not {name!r}"
        )


def recorded(encoding: str) -> dict[str, str]:
    """What an origin holds of the encoding of names: nothing of UTF-8."""
    return {} if encoding == UTF8 else {_KEY: encoding}


def of_origin(origin: Mapping[str, Any]) -> str:
    """The encoding that names had where the values come from; a file may say anything there."""
    found = origin.get(_KEY)
    try:
        check_encoding(found)
    except UsageError:
        return UTF8
    return found or UTF8


def _can_be(encoding: str, names: Iterable[bytes]) -> bool:
    try:
        for name in names:
            name.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
