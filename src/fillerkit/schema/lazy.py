"""Messages and enums of a schema, each made a Python class when it is first asked for.

What protoc generates makes a class of every message when it is imported, and imports much of
protobuf for it: a third of what filling a small net takes. Of the hundreds of messages of the
forks, a net uses a few dozen.

Nor are protobuf's own modules for this imported where it runs in C: they import all of protobuf
in Python, and make the classes of all messages that a message can hold.
"""

from __future__ import annotations

import locale
from typing import Any

from google.protobuf import __version__ as protobuf_version
from google.protobuf import descriptor as descriptors
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message


def _in_c() -> Any:
    """The module of protobuf in C; None where it runs in Python.

    Before 5 it is not used: up to 4.21 it makes no class of a message's messages by itself.
    """
    major = int(protobuf_version.partition(".")[0])
    return getattr(descriptors, "_message", None) if major >= 5 else None


_IN_C = _in_c()


class LazyModule:
    """The names of one schema file, as a generated module has them.

    Parameters
    ----------
    serialized
        The file's ``FileDescriptorProto``, as bytes.
    """

    def __init__(self, serialized: bytes) -> None:
        self.descriptor: Any = added(_default_pool(), serialized)
        self._made: dict[str, Any] = {}

    def __call__(self, name: str) -> Any:
        """A message's class, an enum's wrapper, or the number of an enum's value."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Any:
        if name in self.descriptor.message_types_by_name:
            return message_class(self.descriptor.message_types_by_name[name])
        if name in self.descriptor.enum_types_by_name:
            return EnumTypeWrapper(self.descriptor.enum_types_by_name[name])
        for enum in self.descriptor.enum_types_by_name.values():
            if name in enum.values_by_name:
                return enum.values_by_name[name].number
        raise AttributeError(f"the schema {self.descriptor.name} has no '{name}'")


def _default_pool() -> Any:
    """The pool that is the same for a whole program."""
    if _IN_C is not None:
        return _IN_C.default_pool
    from google.protobuf import descriptor_pool

    return descriptor_pool.Default()


def added(pool: Any, serialized: bytes) -> Any:
    """The descriptor of a ``FileDescriptorProto``, given as bytes, that is added to a pool.

    protobuf in C reads default values as the locale writes numbers: where a program has set one
    with a decimal comma, 0.999 is no number to it.
    """
    before = locale.setlocale(locale.LC_NUMERIC)
    if locale.localeconv()["decimal_point"] == ".":
        return pool.AddSerializedFile(serialized)
    locale.setlocale(locale.LC_NUMERIC, "C")
    try:
        return pool.AddSerializedFile(serialized)
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)


def beside(message: Any, name: str) -> Any:
    """The class of another message, of the schema that `message` is of."""
    return message_class(message.DESCRIPTOR.file.message_types_by_name[name])


def message_class(descriptor: Any) -> Any:
    """The class of a message."""
    if _IN_C is None:
        return _message_class_in_python(descriptor)
    made = getattr(descriptor, "_concrete_class", None)
    if made is not None:  # a second class would not take the messages of the first
        return made
    return _IN_C.MessageMeta(
        descriptor.name, (Message,), {"DESCRIPTOR": descriptor, "__module__": None}
    )


def _message_class_in_python(descriptor: Any) -> Any:
    from google.protobuf import message_factory

    make = getattr(message_factory, "GetMessageClass", None)
    if make is None:  # protobuf before 4.22
        from google.protobuf import symbol_database

        make = getattr(symbol_database.Default(), "GetPrototype")  # noqa: B009
    return make(descriptor)
