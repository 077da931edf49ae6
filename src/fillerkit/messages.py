"""Caffe's protobuf messages, each made when it is first asked for.

All that Caffe 1.0 and its forks can write in a prototxt. Fields that Caffe 1.0 has keep its
numbers, so bytes are exchanged with it; a fork's own fields are for text only, since forks use one
number for different things.

>>> from fillerkit import messages
>>> messages.FillerParameter(type="xavier").variance_norm == messages.FillerParameter.FAN_IN
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fillerkit.errors import did_you_mean
from fillerkit.schema import forks_pb2
from fillerkit.schema.forks_pb2 import DESCRIPTOR as DESCRIPTOR

if TYPE_CHECKING:
    from fillerkit.schema.forks_pb2 import *  # noqa: F403
else:  # a type checker is to complain of names that are not there
    _ENUMS = DESCRIPTOR.enum_types_by_name
    __all__ = sorted(
        ["DESCRIPTOR", *DESCRIPTOR.message_types_by_name, *_ENUMS]
        + [name for enum in _ENUMS.values() for name in enum.values_by_name]
    )

    def __getattr__(name: str) -> Any:
        """A message, an enum, or the number of one of an enum's values."""
        try:
            value = globals()[name] = getattr(forks_pb2, name)
        except AttributeError:
            guess = "" if name.startswith("__") else did_you_mean(name, __all__)
            raise AttributeError(f"Caffe's messages have no '{name}'{guess}") from None
        return value

    def __dir__() -> list[str]:
        """All names, made or not."""
        return sorted({*globals(), *__all__})
