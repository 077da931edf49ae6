"""Layers of which fillerkit cannot know what they make: the type, or the code, is not known."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from fillerkit.errors import (
    EXAMPLE_PARAM,
    Keyword,
    LayerError,
    Line,
    UnknownLayer,
    UnknownLayers,
    did_you_mean,
)
from fillerkit.layers import Plan, Shape
from fillerkit.layers.data import likely_lengths
from fillerkit.layers.plan import Setting
from fillerkit.layers.registry import LayerType, is_slip, layer_types
from fillerkit.nets.asked import Choices
from fillerkit.prototxt import NetText
from fillerkit.schema.forks_pb2 import LayerParameter


def check_types(text: NetText, choices: Choices, leaves: Collection[int]) -> None:
    """Refuse two unknown layers or more in one error, with what to say of each.

    Those that nothing depends on, `leaves`, need not be known.
    """
    found = [
        (layer, text.place(field))
        for index, (layer, field) in enumerate(text.layers)
        if index not in leaves and is_unknown(layer, choices)
    ]
    if len(found) < 2:
        return
    unknown = [_unknown(layer, place.line, choices.setting.shapes) for layer, place in found]
    open_tops = [top for layer, _ in found for top in _open_tops(layer, choices)]
    each_mark = f" and for each ? of {_quoted(open_tops)}" if open_tops else ""
    words: list[str | Keyword] = [
        f"{len(unknown)} layers are of types, or run code, that is not known; say the shapes of "
        f"their tops, with numbers for the letters{each_mark} (and ",
        Keyword("params", {"LAYER": [EXAMPLE_PARAM]}),
        " for blobs to fill):",
    ]
    for each, (layer, _) in zip(unknown, found, strict=True):
        words += [Line(f"  line {each.line}: {each.type} '{each.name}': "), each.answer]
        if like := likely_type(layer):
            words += [", or read it as one that is known: ", Keyword("types", {each.type: like})]
    first, place = found[0]
    raise UnknownLayers(*words, unknown=unknown, layer=first.name, place=place)


def type_of(layer: LayerParameter, line: int, choices: Choices) -> LayerType:
    """The layer's type; one that is not known does if all its tops' shapes are given."""
    setting = choices.setting
    known = layer_types.get(layer.type)
    if known is not None and layer.name not in choices.unknown:
        return known
    if not is_described(layer, setting):
        if _works_in_place(layer, choices):
            return LayerType(layer.type, (1, None), (1, None), _as_its_bottoms)
        raise _unknown_type(layer, line, choices)
    tops = [setting.shapes[top] for top in layer.top]
    plan = Plan(tops=tops, params=setting.params.get(layer.name, ()))
    return LayerType(layer.type, (0, None), (0, None), lambda *_: plan)


def is_unknown(layer: LayerParameter, choices: Choices) -> bool:
    """Whether nobody says what a layer makes: no type here, no code, no person."""
    if not layer.type or is_described(layer, choices.setting) or is_asked(layer, choices):
        return False
    if layer.name in choices.unknown:
        return True
    return not (_is_known(layer) or _works_in_place(layer, choices))


def _works_in_place(layer: LayerParameter, choices: Choices) -> bool:
    """Whether a layer of unknown type has no other tops than its bottoms, and so their shapes."""
    in_place = bool(layer.top) and set(layer.top) <= set(layer.bottom)
    refused = choices.strict_layers or layer_types.get(layer.type) is not None
    return in_place and not refused and not is_slip(layer.type)


def _as_its_bottoms(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    note = (
        f"layer '{layer.name}' is of a type that is not known, {layer.type}; it works in place, so "
        "its tops are as its bottoms; what parameters it may have is not known and not filled"
    )
    shapes = dict(zip(layer.bottom, bottoms, strict=True))
    return Plan(tops=[shapes[top] for top in layer.top], notes=[note])


def is_asked(layer: LayerParameter, choices: Choices) -> bool:
    """Whether the caller is asked what a layer makes, since its type runs code."""
    described = is_described(layer, choices.setting)
    return _runs_code(layer.type) and choices.python_layers is not None and not described


def _runs_code(name: str) -> bool:
    """Whether the layers of a type run code of their own, which is not run here."""
    known = layer_types.get(name)
    return known is not None and known.code is not None


def is_described(layer: LayerParameter, setting: Setting) -> bool:
    """Whether a person has said what a layer of an unknown type makes."""
    if not layer.type:
        return False
    if not layer.top:
        return layer.name in setting.params
    return all(top in setting.shapes for top in layer.top)


def _is_known(layer: LayerParameter) -> bool:
    known = layer_types.get(layer.type)
    return known is not None and (known.code is None or not layer.top or known.code(layer))


def _unknown(layer: LayerParameter, line: int, given: Mapping[str, Shape]) -> UnknownLayer:
    shapes = {top: likely_lengths(top, layer) for top in layer.top if top not in given}
    return UnknownLayer(layer.name, layer.type, shapes, line)


def _open_tops(layer: LayerParameter, choices: Choices) -> list[str]:
    """The tops of whose shapes a person left lengths to the net."""
    return [top for top in layer.top if top in choices.partial]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _unknown_type(layer: LayerParameter, line: int, choices: Choices) -> LayerError:
    if not layer.type:
        return LayerError('has no type: type: "Convolution" or the like is missing')
    unknown = _unknown(layer, line, choices.setting.shapes)
    if open_tops := _open_tops(layer, choices):
        return UnknownLayers(
            f"unknown layer type '{layer.type}', so the net does not tell what a ? in ",
            Keyword("shapes"),
            f" of {_quoted(open_tops)} is; give numbers: ",
            unknown.answer,
            unknown=[unknown],
            field="type",
        )
    nearest = did_you_mean(layer.type, layer_types.names())
    like = likely_type(layer)
    other: list[str | Keyword] = []
    if like:
        other = ["; or read it as one that is known: ", Keyword("types", {layer.type: like})]
    return UnknownLayers(
        f"unknown layer type '{layer.type}'{nearest or '; fillerkit layers lists the known ones'} "
        "(an unknown one will do if you say what it makes: ",
        unknown.answer,
        *other,
        ")",
        unknown=[unknown],
        field="type",
    )


def likely_type(layer: LayerParameter) -> str:
    """A known type that the layer's name of a type holds and whose parameters it has, or "".

    A type that runs code is none: it says as little of what a layer makes.
    """
    found = [
        name
        for name in layer_types.names()
        if len(name) >= _LEAST
        and name.lower() in layer.type.lower()
        and not _runs_code(name)
        and _has_params(layer, name)
    ]
    return max(found, key=len, default="")


_LEAST = 4
"""Letters of a type below which it is found in another's name by chance."""


def _has_params(layer: LayerParameter, name: str) -> bool:
    """Whether a layer sets the parameters of a type, or the type has none to set."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    own = f"{words}_param"
    if own in layer.DESCRIPTOR.fields_by_name:
        return layer.HasField(own)
    return not any(field.name.endswith("_param") for field, _ in layer.ListFields())
