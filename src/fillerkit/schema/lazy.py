"""Messages and enums of a schema, each made a Python class when it is first asked for.

What protoc generates makes a class of every message when it is imported, and imports much of
protobuf for it: a third of what filling a small net takes. Of the hundreds of messages of the
forks, a net uses a few dozen.
"""

from __future__ import annotations

import locale
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper


class LazyModule:
    """The names of one schema file, as a generated module has them.

    Parameters
    ----------
    serialized
        The file's ``FileDescriptorProto``, as bytes.
    """

    def __init__(self, serialized: bytes) -> None:
        self.descriptor: Any = added(descriptor_pool.Default(), serialized)
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
    make = getattr(message_factory, "GetMessageClass", None)
    if make is None:  # protobuf before 4.22
        from google.protobuf import symbol_database

        make = getattr(symbol_database.Default(), "GetPrototype")  # noqa: B009
    return make(descriptor)
