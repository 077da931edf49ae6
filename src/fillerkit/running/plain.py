"""What a layer's message says as plain values, read once: PyTorch compiles no look at a message."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor
    from google.protobuf.message import Message

M = TypeVar("M", bound="Message")


class Plain:
    """The fields of a message: numbers, texts and bytes, tuples of them, and messages as these.

    A field that is not given has its default.
    """

    def __init__(self, values: dict[str, Any], given: frozenset[str]) -> None:
        self.__dict__.update(values)
        self._given = given

    def HasField(self, name: str) -> bool:  # noqa: N802  (as messages have it)
        """Whether a field is given."""
        return name in self._given


def plain(message: M) -> M:
    """A message's copy as plain values; the type is that of the message whose fields it has."""
    fields = {field.name: value for field, value in message.ListFields()}
    fields.pop("blobs", None)  # a layer's values, which its parameters hold
    given = {name: _value(value) for name, value in fields.items()}
    return cast(M, Plain({**_defaults(message.DESCRIPTOR), **given}, frozenset(given)))


def _value(value: Any) -> Any:
    if hasattr(value, "ListFields"):
        return plain(value)
    single = isinstance(value, (bool, int, float, str, bytes))
    return value if single else tuple(_value(each) for each in value)


@cache
def _defaults(descriptor: Descriptor) -> dict[str, Any]:
    """By field, what a message has that says nothing. No message of the schema holds itself."""
    return {field.name: _default(field) for field in descriptor.fields}


def _default(field: Any) -> Any:
    if isinstance(field.default_value, list):
        return ()
    if field.message_type is not None:
        return Plain(_defaults(field.message_type), frozenset())
    return field.default_value
