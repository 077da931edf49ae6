"""What old scripts do with messages, and protobuf of today refuses.

A convolution's kernel_size, pad and stride were single numbers before Caffe could convolve volumes
(2015). Scripts also use the list that protobuf in Python keeps inside a repeated field.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fillerkit.messages import ConvolutionParameter, LayerParameter

ONCE_SINGLE = ("kernel_size", "pad", "stride")


def allow_old_ways() -> None:
    """Let messages be used in those ways, in all of this process.

    ``param.kernel_size = 3`` sets the list ``[3]``, ``int(param.kernel_size)`` is a list's only
    number, and ``_values`` of a repeated field is the field itself.
    """
    layer: Any = LayerParameter()
    scalars: Any = type(layer.convolution_param.kernel_size)
    for repeated in (scalars, type(layer.param)):
        if not hasattr(repeated, "_values"):
            repeated._values = property(_itself)
    scalars.__int__ = _only_number
    _let_set(ConvolutionParameter)


def _let_set(message: Any) -> None:
    protobufs = message.__setattr__

    def set_field(self: Any, name: str, value: Any) -> None:
        if name not in ONCE_SINGLE:
            protobufs(self, name, value)
            return
        values = list(value) if isinstance(value, Iterable) else [value]
        field = getattr(self, name)
        del field[:]
        field.extend(values)

    message.__setattr__ = set_field


def _itself(repeated: Any) -> Any:
    return repeated


def _only_number(repeated: Any) -> int:
    if len(repeated) != 1:
        raise TypeError(f"one number is asked for, but there are {len(repeated)}: {list(repeated)}")
    return int(repeated[0])
