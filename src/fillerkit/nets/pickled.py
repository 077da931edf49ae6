"""A net as bytes that another process can take: its messages go with the schema they are of.

protobuf's own way asks for a module that has their class, which those of ``--proto`` do not have.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.message import Message

from fillerkit.prototxt.fork_schema import fork_of, joined
from fillerkit.schema.lazy import message_class


class _Pickler(pickle.Pickler):
    """A pickler that knows messages."""

    def reducer_override(self, value: Any) -> Any:
        if not isinstance(value, Message):
            return NotImplemented
        name = value.DESCRIPTOR.full_name
        return _message, (fork_of(value), name, value.SerializePartialToString())


def reduced(make: Callable[..., object], fields: Mapping[str, Any]) -> tuple[Any, ...]:
    """What ``__reduce__`` answers for ``make(**fields)``, with messages among the fields."""
    out = io.BytesIO()
    _Pickler(out, pickle.HIGHEST_PROTOCOL).dump(fields)
    return _made, (make, out.getvalue())


def _made(make: Callable[..., object], fields: bytes) -> object:
    return make(**pickle.loads(fields))


def _message(fork: bytes, name: str, data: bytes) -> Message:
    if fork:
        kind = joined(fork).by_name(name)
    else:
        kind = message_class(descriptor_pool.Default().FindMessageTypeByName(name))
    made: Message = kind.FromString(data)
    return made
