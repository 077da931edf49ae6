"""Which fields of its messages a layer type's plan reads, found in its compiled code."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from fillerkit.layers import dialects, plan
from fillerkit.layers.registry import LayerType
from fillerkit.layers.unread_fields import is_namesake
from fillerkit.schema.forks_pb2 import LayerParameter

PARAMS = {
    field.name: field.message_type
    for field in LayerParameter.DESCRIPTOR.fields
    if field.message_type is not None and field.name.endswith("_param")
}
"""The messages of a layer, by the field that holds them."""
_OTHERS = {"fillerkit.layers.registry", "fillerkit.layers.traits"}


def messages(known: LayerType) -> set[str]:
    """The messages that a type reads: those that its plan names, and that of its own name."""
    words = plan_words(known)
    return {name for name in PARAMS if name in words or is_namesake(name, known.name)}


def unread(known: LayerType) -> set[tuple[str, str]]:
    """The message and the name of each field that a type's plan does not read."""
    words = plan_words(known)
    ends = tuple(word for word in words if word in ("_h", "_w", "_height", "_width"))
    return {
        (message, field.name)
        for message in messages(known)
        for field in PARAMS[message].fields
        if field.name not in words and not (ends and field.name.endswith(ends))
    }


def plan_words(known: LayerType) -> set[str]:
    """All names and texts in a plan's function and in all of fillerkit's that it reaches.

    A field that is read is among them, as ``p.field`` or as ``"field"``. Where ``f"{name}_h"``
    makes a field's name, ``"_h"`` is.
    """
    words: set[str] = set()
    seen: set[FunctionType] = set()
    waiting = list(_functions(known.plan))
    if known.setting:
        waiting += _functions(dialects._TELLS.get(known.name))
        waiting += _functions(plan.Setting)
    while waiting:
        function = waiting.pop()
        if function in seen or function is dialects.of_layer:
            continue
        seen.add(function)
        own = set(_words(function.__code__))
        inside = [cell.cell_contents for cell in function.__closure__ or ()]
        inside += [function.__globals__[word] for word in own if word in function.__globals__]
        words |= own | {text for thing in inside for text in _texts(thing)}
        waiting += [found for thing in inside for found in _functions(thing)]
    return words


def _words(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _words(constant)
        else:
            yield from _texts(constant)


def _texts(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple | frozenset | dict):
        for each in thing:
            yield from _texts(each)


def _functions(thing: Any) -> Iterator[FunctionType]:
    """The functions of fillerkit in a function, a class or what holds some."""
    module = getattr(thing, "__module__", None) or ""
    if isinstance(thing, FunctionType):
        if module.startswith("fillerkit.") and module not in _OTHERS:
            yield thing
    elif isinstance(thing, type):
        if module.startswith("fillerkit.layers") and module not in _OTHERS:
            for each in vars(thing).values():
                yield from _functions(each)
    elif isinstance(thing, property):
        yield from _functions(thing.fget)
    elif isinstance(thing, staticmethod | classmethod):
        yield from _functions(thing.__func__)
    elif isinstance(thing, tuple | list):
        for each in thing:
            yield from _functions(each)
    elif isinstance(thing, dict):
        for each in thing.values():
            yield from _functions(each)
