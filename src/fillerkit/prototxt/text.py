"""Protobuf's text format, read into a tree of fields that remember where they stood.

The tree knows names and literals, not what they mean: `fillerkit.prototxt.bind` holds it against
the schema. Everything that protobuf's own reader allows is read: ``#`` comments, ``{}`` and
``<>``, ``,`` and ``;`` after a field, ``field: [a, b]``, strings in either quote, in pieces and
with escapes, hexadecimal and octal integers, ``1.5f``, ``-inf``, ``nan``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from typing import NoReturn

from fillerkit.errors import PrototxtError
from fillerkit.prototxt.source import Source


class Kind(Enum):
    """What a field's value looks like in the text."""

    BLOCK = "a block { ... }"
    WORD = "a word"
    NUMBER = "a number"
    STRING = "a string"
    NOTHING = "an empty list"


class Field:
    """One ``name: value`` or ``name { ... }``; a list ``name: [a, b]`` makes one Field an element.

    Attributes
    ----------
    name : str
    kind : Kind
    literal : str
        A scalar as written (a sign is joined to its number), a string unescaped; "" for a block.
        Bytes that are not UTF-8 are surrogates in it.
    fields : list of Field
        A block's content, empty for scalars.
    offset, value_offset, end : int
        Where the name and the value begin in the text, and what follows the value.
    listed : bool
        Whether it stood in a list; an empty list makes one Field too, of kind NOTHING.
    """

    __slots__ = ("end", "fields", "kind", "listed", "literal", "name", "offset", "value_offset")

    def __init__(
        self, name: str, offset: int, kind: Kind, literal: str, value_offset: int, end: int = 0
    ) -> None:
        self.name = name
        self.offset = offset
        self.kind = kind
        self.literal = literal
        self.value_offset = value_offset
        self.end = end
        self.listed = False
        self.fields: list[Field] = []

    def find(self, path: str) -> Field | None:
        """The last field under `path` (names joined by dots), or None; "" is the field itself."""
        here = self
        for name in filter(None, path.split(".")):
            found = next((f for f in reversed(here.fields) if f.name == name), None)
            if found is None:
                return None
            here = found
        return here


# A string is matched possessively (*+): to go back it would keep 200 bytes for each character.
_TOKEN = re.compile(
    r"""
      (?P<skip>  \s+  | \#[^\n]* )
    | (?P<word>  [A-Za-z_][A-Za-z0-9_]* )
    | (?P<number> 0[xX][0-9a-fA-F]+
                | (?: [0-9]+ (?:\.[0-9]*)? | \.[0-9]+ ) (?:[eE][+-]?[0-9]+)? [fF]? )
    | (?P<string> "[^"\\\n]*+(?:\\.[^"\\\n]*+)*+" | '[^'\\\n]*+(?:\\.[^'\\\n]*+)*+' )
    | (?P<symbol> [{}<>\[\]:;,\-./] )
    """,
    re.VERBOSE,
)
_AFTER_NUMBER = re.compile(r"[A-Za-z_0-9.]")
_CLOSER = {"{": "}", "<": ">"}

_Token = tuple[str, str, int]
_END = "end of file"


def parse(source: Source) -> Field:
    """Read a whole text; the Field returned is nameless and holds the top-level fields."""
    return _Parser(source).parse()


class _Parser:
    """Walks the tokens once, with a stack of open blocks instead of recursion."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tokens = _tokens(source)
        self._kind, self._text, self._offset = next(self._tokens)
        self._end = 0  # of the token before

    def parse(self) -> Field:
        root = Field("", 0, Kind.BLOCK, "", 0)
        # A level is an open block, what closes it, and the repeated field whose [ ] it stands in.
        levels: list[tuple[Field, str, tuple[str, int] | None]] = [(root, _END, None)]
        while True:
            block, closer, in_list = levels[-1]
            if self._text == closer and self._kind in ("symbol", "end"):
                if len(levels) == 1:
                    return root
                levels.pop()
                self._advance()
                block.end = self._end
                block = levels[-1][0]
                if in_list and self._list_goes_on():
                    levels.append(self._open(*in_list, block, in_list))
                elif not in_list:
                    self._skip_separator()
                continue
            opened = self._field(block, levels)
            if opened:
                levels.append(opened)

    def _field(
        self, block: Field, levels: list[tuple[Field, str, tuple[str, int] | None]]
    ) -> tuple[Field, str, tuple[str, int] | None] | None:
        """Read one field into `block`; a block that it opens is returned for the stack."""
        if self._kind != "word":
            self._unexpected_name(levels)
        name, offset = self._text, self._offset
        self._advance()
        colon = self._text == ":" and self._kind == "symbol"
        if colon:
            self._advance()
        if self._symbol("["):
            return self._list(name, offset, block, colon=colon)
        if self._symbol("{") or self._symbol("<"):
            return self._open(name, offset, block, None)
        if not colon:
            self._fail(f"expected ':' or '{{' after '{name}', found {self._seen()}")
        self._scalar(name, offset, block)
        self._skip_separator()
        return None

    def _list(
        self, name: str, offset: int, block: Field, *, colon: bool
    ) -> tuple[Field, str, tuple[str, int] | None] | None:
        """Read ``[ ... ]`` up to its end, or to the first block in it, which is returned."""
        start = self._offset
        self._advance()
        if self._symbol("]"):
            self._advance()
            block.fields.append(Field(name, offset, Kind.NOTHING, "", start, self._end))
            self._skip_separator()
            return None
        if self._symbol("{") or self._symbol("<"):
            return self._open(name, offset, block, (name, offset))
        if not colon:
            self._fail(f"expected ':' after '{name}', or '{{' in its list, found {self._seen()}")
        self._scalar(name, offset, block, listed=True)
        while self._list_goes_on():
            self._scalar(name, offset, block, listed=True)
        return None

    def _open(
        self, name: str, offset: int, parent: Field, in_list: tuple[str, int] | None
    ) -> tuple[Field, str, tuple[str, int] | None]:
        if not (self._symbol("{") or self._symbol("<")):
            self._fail(f"expected '{{' in the list '{name}', found {self._seen()}")
        block = Field(name, offset, Kind.BLOCK, "", self._offset)
        block.listed = in_list is not None
        parent.fields.append(block)
        closer = _CLOSER[self._text]
        self._advance()
        return block, closer, in_list

    def _list_goes_on(self) -> bool:
        """Step over ``,`` (True) or over the ``]`` that ends a list (False)."""
        if self._symbol(","):
            self._advance()
            return True
        if self._symbol("]"):
            self._advance()
            self._skip_separator()
            return False
        self._fail(f"expected ',' or ']' in a list, found {self._seen()}")

    def _scalar(self, name: str, offset: int, block: Field, *, listed: bool = False) -> None:
        kind, literal, start = self._kind, self._text, self._offset
        if kind == "string":
            value = self._string()
            field = Field(name, offset, Kind.STRING, value, start, self._end)
            field.listed = listed
            block.fields.append(field)
            return
        if kind == "symbol" and literal == "-":
            self._advance()
            kind, literal = self._kind, "-" + self._text
        if kind not in ("word", "number"):
            self._fail(f"expected a value for '{name}', found {self._seen()}")
        self._advance()
        kind_of_field = Kind.WORD if kind == "word" else Kind.NUMBER
        field = Field(name, offset, kind_of_field, literal, start, self._end)
        field.listed = listed
        block.fields.append(field)

    def _string(self) -> str:
        """Join the string tokens that stand side by side, unescaped, as UTF-8.

        Bytes that are not UTF-8 become surrogates, as in the text.
        """
        start = self._offset
        pieces = []
        while self._kind == "string":
            pieces.append(self._text[1:-1])
            self._advance()
        if not any("\\" in piece for piece in pieces):
            return "".join(pieces)
        try:
            return b"".join(map(_unescape, pieces)).decode("utf-8", "surrogateescape")
        except ValueError as error:
            raise PrototxtError(
                f"a string that is not valid: {error}", place=self._source.place(start)
            ) from None

    def _advance(self) -> None:
        self._end = self._offset + len(self._text)
        self._kind, self._text, self._offset = next(self._tokens)

    def _symbol(self, text: str) -> bool:
        return self._text == text and self._kind == "symbol"

    def _skip_separator(self) -> None:
        if self._kind == "symbol" and self._text in ",;":
            self._advance()

    def _seen(self) -> str:
        return self._text if self._kind == "end" else f"'{self._text[:40]}'"

    def _unexpected_name(self, levels: list[tuple[Field, str, tuple[str, int] | None]]) -> NoReturn:
        block, closer, _ = levels[-1]
        if self._kind == "end":
            opened = self._source.place(block.value_offset)
            self._fail(
                f"the text ends inside '{block.name}', opened at line {opened.line}: "
                f"a '{closer}' is missing"
            )
        if closer == _END and self._text in ("}", ">"):
            self._fail(f"a '{self._text}' that closes nothing: one more than was opened")
        if self._symbol("["):
            self._fail("an extension or Any field, '[...]': Caffe's messages have none")
        hint = "; a comment begins with #" if self._text == "/" else ""
        self._fail(f"expected the name of a field, found {self._seen()}{hint}")

    def _fail(self, message: str) -> NoReturn:
        raise PrototxtError(message, place=self._source.place(self._offset))


def strings(root: Field) -> Iterator[bytes]:
    """The bytes of all strings in a tree that are not plain ASCII."""
    fields = [root]
    while fields:
        field = fields.pop()
        fields += reversed(field.fields)
        if field.kind is Kind.STRING and not field.literal.isascii():
            with suppress(UnicodeEncodeError):  # half a character, which no file holds
                yield field.literal.encode("utf-8", "surrogateescape")


def _tokens(source: Source) -> Iterator[_Token]:
    """Yield (kind, text, offset) for every token, then ``end`` for ever."""
    text, position = source.text, 0
    if text.startswith("\ufeff"):
        position = 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise PrototxtError(_stray(text[position]), place=source.place(position))
        kind = match.lastgroup or ""
        end = match.end()
        if kind == "number" and _AFTER_NUMBER.match(text, end):
            raise PrototxtError(
                f"a number runs into what follows it: '{text[position : end + 10].split()[0]}'",
                place=source.place(position),
            )
        if kind != "skip":
            yield kind, match.group(), position
        position = end
    while True:
        yield "end", _END, len(text)


def _stray(character: str) -> str:
    if character in "\"'":
        return f"a string that is not closed on its line: {character} is missing at its end"
    if character in "\u201c\u201d\u2018\u2019":
        return f"a typographic quote {character}: use a straight one"
    return f"a character that has no meaning here: {character!r}"


_ESCAPE = re.compile(
    r"""\\(?: (?P<plain>[abfnrtv\\'"?]) | (?P<octal>[0-7]{1,3}) | [xX](?P<hex>[0-9a-fA-F]{1,2})
          | u(?P<u>[0-9a-fA-F]{4}) | U(?P<U>[0-9a-fA-F]{8}) | (?P<bad>.) )""",
    re.VERBOSE,
)
_PLAIN = dict(zip("abfnrtv\\'\"?", b"\a\b\f\n\r\t\v\\'\"?", strict=True))


def _unescape(piece: str) -> bytes:
    """A string literal's inside as the bytes it means."""
    out, position = bytearray(), 0
    for match in _ESCAPE.finditer(piece):
        out += piece[position : match.start()].encode("utf-8", "surrogateescape")
        position = match.end()
        if match["plain"]:
            out.append(_PLAIN[match["plain"]])
        elif match["bad"]:
            raise ValueError(f"an escape {match.group()} that does not exist")
        elif match["octal"] or match["hex"]:
            code = int(match["octal"], 8) if match["octal"] else int(match["hex"], 16)
            if code > 255:
                raise ValueError(f"an escape {match.group()} that is more than a byte")
            out.append(code)
        else:
            code = int(match["u"] or match["U"], 16)
            if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                raise ValueError(f"an escape {match.group()} that is no character")
            out += chr(code).encode()
    out += piece[position:].encode("utf-8", "surrogateescape")
    return bytes(out)
