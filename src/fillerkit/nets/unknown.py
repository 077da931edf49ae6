"""Layers of which fillerkit cannot know what they make: the type, or the code, is not known."""

from __future__ import annotations

from collections.abc import Mapping

from fillerkit.errors import (
    EXAMPLE_PARAM,
    Keyword,
    LayerError,
    UnknownLayer,
    UnknownLayers,
    did_you_mean,
)
from fillerkit.layers import Plan, Shape
from fillerkit.layers.data import IMAGES
from fillerkit.layers.plan import Setting
from fillerkit.layers.registry import LayerType, layer_types
from fillerkit.nets.asked import Choices
from fillerkit.prototxt import NetText
from fillerkit.schema.forks_pb2 import LayerParameter


def check_types(text: NetText, choices: Choices) -> None:
    """Refuse two unknown layers or more in one error, with what to say of each."""
    fields = [
        (layer, text.place(field))
        for layer, field in text.layers
        if layer.type
        and not (_is_known(layer) or is_asked(layer, choices))
        and not _is_described(layer, choices.setting)
    ]
    if len(fields) < 2:
        return
    unknown = [_unknown(layer, place.line, choices.setting.shapes) for layer, place in fields]
    words: list[str | Keyword] = [
        f"{len(unknown)} layers are of types, or run code, that is not known; say the shapes of "
        "their tops, with numbers for the letters (and ",
        Keyword("params", {"LAYER": [EXAMPLE_PARAM]}),
        " for blobs to fill):",
    ]
    for each in unknown:
        words += [f"\n  line {each.line}: {each.type} '{each.name}': ", each.answer]
    first, place = fields[0]
    raise UnknownLayers(*words, unknown=unknown, layer=first.name, place=place)


def type_of(layer: LayerParameter, line: int, setting: Setting) -> LayerType:
    """The layer's type; one that is not known does if all its tops' shapes are given."""
    known = layer_types.get(layer.type)
    if known is not None:
        return known
    if not _is_described(layer, setting):
        raise _unknown_type(layer, line, setting.shapes)
    tops = [setting.shapes[top] for top in layer.top]
    plan = Plan(tops=tops, params=setting.params.get(layer.name, ()))
    return LayerType(layer.type, (0, None), (0, None), lambda *_: plan)


def is_asked(layer: LayerParameter, choices: Choices) -> bool:
    """Whether the caller is asked what a layer makes, since its type runs code."""
    known = layer_types.get(layer.type)
    runs_code = known is not None and known.code is not None
    described = _is_described(layer, choices.setting)
    return runs_code and choices.python_layers is not None and not described


def _is_described(layer: LayerParameter, setting: Setting) -> bool:
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
    shapes = {top: IMAGES for top in layer.top if top not in given}
    return UnknownLayer(layer.name, layer.type, shapes, line)


def _unknown_type(layer: LayerParameter, line: int, given: Mapping[str, Shape]) -> LayerError:
    if not layer.type:
        return LayerError('has no type: type: "Convolution" or the like is missing')
    unknown = _unknown(layer, line, given)
    nearest = did_you_mean(layer.type, layer_types.names())
    return UnknownLayers(
        f"unknown layer type '{layer.type}'{nearest or '; fillerkit layers lists the known ones'} "
        "(an unknown one will do if you say what it makes: ",
        unknown.answer,
        ")",
        unknown=[unknown],
        field="type",
    )
