"""A tree of fields held against the schema: every name, type and value is checked, once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from fillerkit.errors import Keyword, OnError, Place, PrototxtError, did_you_mean, is_nearly, raised
from fillerkit.prototxt.passed_over import PassedOver
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field, Kind
from fillerkit.schema import EACH

_KEPT = 1024
"""Messages of which what was worked out is kept: those of a few schemas."""

_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_INTEGER = re.compile(r"-?(?:0[xX][0-9a-fA-F]+|[0-9]+)")
_SPECIAL = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}
_BOOLS = {"true": True, "True": True, "t": True, "1": True}
_BOOLS |= {"false": False, "False": False, "f": False, "0": False}


_V1 = "V1LayerParameter"


class _Wrong(Exception):
    """A value that its field cannot take; the message says why."""


def bind(
    block: Field,
    message: Message,
    source: Source,
    passed: PassedOver | None = None,
    report: OnError = raised,
) -> None:
    """Fill `message` from `block`; what does not fit is reported as a PrototxtError and left out.

    Fields that the schema does not know are entered in `passed`, where it passes over them. What a
    layer of V1 does not have and one of today does is kept in its
    ``newer``: forks added fields and types to V1 too.
    """
    descriptor: Any = message.DESCRIPTOR
    setters = _setters(descriptor)
    seen = set()
    several = _for_each_axis(block.fields, _counted(descriptor))
    for field in block.fields:
        name = field.name + EACH if field.name in several else field.name
        setter = setters.get(name)
        if setter is None and descriptor.name == _V1 and field.name in _todays_fields(descriptor):
            bind(_only(field), message.newer, source, passed, report)  # type: ignore[attr-defined]
            continue
        if setter is None:
            unknown = _unknown_field(field, descriptor, source)
            offered = any(isinstance(w, Keyword) and w.name == "proto" for w in unknown.words)
            if passed is not None and (passed.all or (passed.here and not offered)):
                passed.add(f"{descriptor.name}.{field.name}", unknown.line or 0)
            else:
                report(unknown)
            continue
        repeated, nested, convert = setter
        wrong = _misplaced(field, repeated, nested, field.name in seen)
        if wrong is not None:
            offset = field.offset if wrong is _TWICE else field.value_offset
            report(_error(field, f"'{field.name}' {wrong}", place=source.place(offset)))
            continue
        seen.add(field.name)
        if field.kind is Kind.NOTHING:
            continue
        if nested:
            child = getattr(message, name)
            child = child.add() if repeated else _touched(child)
            bind(field, child, source, passed and passed.within(field), report)
            continue
        if descriptor.name == _V1 and _is_type_of_a_fork(field, descriptor):
            message.newer.type = field.literal  # type: ignore[attr-defined]
            continue
        try:
            value = convert(field)
            if isinstance(value, str):
                value = _decoded(value, source)
        except _Wrong as error:
            place = source.place(field.value_offset)
            report(_error(field, f"'{field.name}' {error}", place=place))
            continue
        if repeated:
            getattr(message, name).append(value)
        else:
            setattr(message, name, value)
    for name in _required(descriptor):
        if name not in seen:
            place = source.place(block.offset)
            report(_error(block, f"{descriptor.name} needs '{name}'", place=place))


def _for_each_axis(fields: list[Field], counted: Collection[str]) -> Collection[str]:
    """The fields of one value that stand there for each of three axes or more, as in a fork.

    One that stands there twice is refused, as Caffe does.
    """
    if not counted:
        return ()
    names = [field.name for field in fields]
    return {name for name in counted if names.count(name) > 2}


@lru_cache(_KEPT)
def _counted(descriptor: Descriptor) -> frozenset[str]:
    """The fields of a message that Caffe has once and a fork for each axis."""
    return frozenset(
        name.removesuffix(EACH)
        for name in _setters(descriptor)
        if name.endswith(EACH) and name.removesuffix(EACH) in _setters(descriptor)
    )


def _error(
    field: Field, *words: str | Keyword, place: Place, unknown: bool = False
) -> PrototxtError:
    """The error of a field that is left out."""
    error = PrototxtError(*words, place=place)
    error.unread, error.unknown = field, unknown
    return error


def _todays_fields(v1: Descriptor) -> Collection[str]:
    """The fields of a layer of today, of the same schema as a layer of V1."""
    newer = v1.fields_by_name["newer"].message_type
    assert newer is not None
    return _setters(newer)


def _only(field: Field) -> Field:
    """A block of one field."""
    block = Field("", field.offset, Kind.BLOCK, "", field.value_offset)
    block.fields.append(field)
    return block


def _is_type_of_a_fork(field: Field, descriptor: Descriptor) -> bool:
    """Whether it is a V1 type that no known Caffe has: a word that names no value of the enum."""
    if field.name != "type" or field.kind is not Kind.WORD:
        return False
    enum = descriptor.fields_by_name["type"].enum_type
    return enum is not None and field.literal not in enum.values_by_name


_TWICE = "is given twice: it takes one value"


def _misplaced(field: Field, repeated: bool, nested: bool, seen: bool) -> str | None:
    """What is wrong with a field before its value is looked at."""
    if not repeated:
        if field.listed or field.kind is Kind.NOTHING:
            return "takes one value, not a list"
        if seen:
            return _TWICE
    if field.kind is not Kind.NOTHING and nested != (field.kind is Kind.BLOCK):
        wanted = "a block { ... }" if nested else f"a value: '{field.name}: ...'"
        return f"takes {wanted}, not {field.kind.value}"
    return None


def _touched(message: Message) -> Message:
    message.SetInParent()
    return message


@lru_cache(_KEPT)
def _setters(descriptor: Descriptor) -> dict[str, tuple[bool, bool, Callable[[Field], Any]]]:
    """For every field of a message: is it repeated, is it a message, how is its literal read."""
    return {
        field.name: (
            _is(field, "repeated"),
            field.message_type is not None,
            _converter(field),
        )
        for field in descriptor.fields
        if (descriptor.name, field.name) != (_V1, "newer")  # ours: no text has it
    }


@lru_cache(_KEPT)
def _required(descriptor: Descriptor) -> list[str]:
    """The fields that a message may not be without."""
    return [field.name for field in descriptor.fields if _is(field, "required")]


def _is(field: FieldDescriptor, label: str) -> bool:
    """Whether a field is ``repeated`` or ``required``, asked in the new way or else in the old."""
    try:
        return bool(getattr(field, f"is_{label}"))
    except AttributeError:
        old = getattr(field, "label") == getattr(field, f"LABEL_{label.upper()}")  # noqa: B009
        return bool(old)


def _converter(field: FieldDescriptor) -> Callable[[Field], Any]:
    kind = field.cpp_type
    if kind in _INTEGERS:
        return lambda value: _integer(value, *_INTEGERS[kind])
    if kind in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
        return _real
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return _bool
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        enum = field.enum_type
        assert enum is not None
        return lambda value: _enum(value, enum)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return lambda value: _string(value).encode("utf-8", "surrogateescape")
    return _string


def _integer(field: Field, low: int, high: int) -> int:
    if field.kind is not Kind.NUMBER or not _INTEGER.fullmatch(field.literal):
        raise _Wrong(f"takes an integer, not {_shown(field)}")
    value = _c_integer(field.literal)
    if not low <= value <= high:
        raise _Wrong(f"takes an integer from {low} to {high}, not {_shown(field)}")
    return value


def _c_integer(literal: str) -> int:
    """An integer as C writes it: 0x10 is hexadecimal, 010 is octal."""
    digits = literal.lstrip("-")
    if len(digits) > 100:  # more than any type takes, and than Python likes to read
        return 1 << 100
    try:
        if digits[:2].lower() != "0x" and digits.startswith("0"):
            value = int(digits, 8)
        else:
            value = int(digits, 0)
    except ValueError:
        raise _Wrong(f"takes an integer, not '{literal}' (a leading 0 means octal)") from None
    return -value if literal.startswith("-") else value


def _real(field: Field) -> float:
    literal = field.literal
    if field.kind is Kind.WORD:
        special = _SPECIAL.get(literal.lstrip("-").lower())
        if special is not None:
            return -special if literal.startswith("-") else special
    if field.kind is not Kind.NUMBER or literal.lstrip("-")[:2].lower() == "0x":
        raise _Wrong(f"takes a number, not {_shown(field)}")
    if re.match(r"-?0[0-9]", literal):
        raise _Wrong(f"takes a number, not '{literal}' (a leading 0 means octal)")
    return float(literal.rstrip("fF"))


def _bool(field: Field) -> bool:
    value = None if field.kind is Kind.STRING else _BOOLS.get(field.literal)
    if value is None:
        raise _Wrong(f"takes true or false, not {_shown(field)}")
    return value


def _enum(field: Field, enum: EnumDescriptor) -> int:
    names = enum.values_by_name
    if field.kind is Kind.WORD and field.literal in names:
        return int(names[field.literal].number)
    if field.kind is Kind.NUMBER and _INTEGER.fullmatch(field.literal):
        value = _c_integer(field.literal)
        if value in enum.values_by_number:
            return value
    known = ", ".join(sorted(names)) if len(names) <= 12 else "a name of the enum"
    quotes = " without quotes" if field.kind is Kind.STRING and field.literal in names else ""
    guess = "" if quotes else did_you_mean(field.literal, names)
    if field.name == "type" and field.kind is Kind.STRING and not quotes:
        guess = "; in layers { } a type is a bare name, a string belongs in layer { }"
    raise _Wrong(f"takes {known}{quotes}, not {_shown(field)}{guess}")


def _string(field: Field) -> str:
    if field.kind is not Kind.STRING:
        if field.name == "type" and field.literal.isupper():
            raise _Wrong(
                f'takes a string in quotes, like "Convolution"; the bare {field.literal} belongs '
                "to the older layers { }"
            )
        raise _Wrong(f'takes a string in quotes: {field.name}: "{field.literal}"')
    return field.literal


def _decoded(literal: str, source: Source) -> str:
    try:
        return source.string(literal)
    except UnicodeError:
        raise _Wrong("takes text in UTF-8; this one is in another encoding") from None


def _shown(field: Field) -> str:
    literal = field.literal if len(field.literal) <= 40 else f"{field.literal[:36]} ..."
    literal = literal.encode("utf-8", "replace").decode()
    return f'"{literal}"' if field.kind is Kind.STRING else f"'{literal}'"


def _unknown_field(field: Field, descriptor: Descriptor, source: Source) -> PrototxtError:
    what = f"{descriptor.name} has no field '{field.name}'"
    guess = did_you_mean(field.name, descriptor.fields_by_name, most=1)
    near = guess or _longer(field, descriptor)
    words: list[str | Keyword] = [what, near]
    if not near:
        names = sorted(descriptor.fields_by_name) if len(descriptor.fields) <= 12 else []
        known = f"it has {', '.join(names)}" if names else "no fork that is known here has it"
        words = [what, f"; {known}; ", Keyword("allow_unknown_fields", True), " passes over it"]
    file = source.schemas.declaring(field.name)
    # One letter more or less, as in num_outputs, is a slip.
    if file is None and guess and not is_nearly(field.name, descriptor.fields_by_name, 0.85):
        words += ["; a field of a fork is passed over with ", Keyword("allow_unknown_fields", True)]
    if file is not None:
        words += [f"; {file} has it: ", Keyword("proto", str(file))]
    return _error(field, *words, place=source.place(field.offset), unknown=True)


def _longer(field: Field, descriptor: Descriptor) -> str:
    """A clause that offers the value whose name a field's name ends in: ``weight_std`` is ``std``.

    Blocks are left out: ``x_param`` is no ``param``.
    """
    words = field.name.split("_")
    for start in range(1, len(words)):
        known = descriptor.fields_by_name.get("_".join(words[start:]))
        if known is not None and known.message_type is None and field.kind is not Kind.BLOCK:
            return f"; did you mean '{known.name}'?"
    return ""
