"""Protobuf's wire format, as far as writing and finding large blobs in it needs.

https://protobuf.dev/programming-guides/encoding. Messages without blobs go through the protobuf
library; a blob's values are written, and found, without a copy of them in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
_FIXED = {FIXED64: 8, FIXED32: 4}


class Item(NamedTuple):
    """One field: its number, its wire type, and where it, and its value, lie.

    For a varint, `value` is the number itself; else it is the value's first byte.
    """

    number: int
    kind: int
    begin: int
    value: int
    end: int


def varint(value: int) -> bytes:
    """A number of no sign in 7 bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def head(number: int, length: int) -> bytes:
    """What stands before `length` bytes that are the value of field `number`."""
    return varint(number << 3 | LENGTH) + varint(length)


def items(data: memoryview, begin: int, end: int) -> Iterator[Item]:
    """The fields of the message that lies in ``data[begin:end]``.

    Raises
    ------
    ValueError
        What lies there is no message, or is cut.
    """
    at = begin
    while at < end:
        tag, value = _read_varint(data, at, end)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            number_value, after = _read_varint(data, value, end)
            yield Item(number, kind, at, number_value, after)
        elif kind == LENGTH:
            length, value = _read_varint(data, value, end)
            after = value + length
            yield Item(number, kind, at, value, _inside(after, end))
        elif kind in _FIXED:
            after = value + _FIXED[kind]
            yield Item(number, kind, at, value, _inside(after, end))
        else:
            raise ValueError(f"no field has the wire type {kind}, which stands at byte {at}")
        if number == 0:
            raise ValueError(f"no field has the number 0, which stands at byte {at}")
        at = after


def recoded(data: bytes, of: Descriptor, recode: Callable[[bytes], bytes]) -> bytes:
    """A message in which `recode` has changed all strings that are not ASCII.

    What is no message where one should be stays as it is: a fork may mean something else by the
    field's number.
    """
    if data.isascii():
        return data
    pieces = []
    for item in items(memoryview(data), 0, len(data)):
        value = data[item.value : item.end] if item.kind == LENGTH else b""
        field = None if value.isascii() else of.fields_by_number.get(item.number)
        changed = value
        if field is not None and field.type == FieldDescriptor.TYPE_STRING:
            changed = recode(value)
        elif field is not None and field.message_type is not None:
            with suppress(ValueError):
                changed = recoded(value, field.message_type, recode)
        same = changed == value
        pieces.append(
            data[item.begin : item.end] if same else head(item.number, len(changed)) + changed
        )
    return b"".join(pieces)


def _read_varint(data: memoryview, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= end:
            raise ValueError(f"it ends in the middle of a field, at byte {at}")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError(f"the number at byte {at} has no end")


def _inside(after: int, end: int) -> int:
    if after > end:
        raise ValueError(f"a field says it ends at byte {after}, beyond its message's end, {end}")
    return after
