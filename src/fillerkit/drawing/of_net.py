"""A net as boxes: a layer each, with what works in place below what it works on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from fillerkit.drawing.graph import Box, Edge, Graph, Line
from fillerkit.layers.registry import layer_types
from fillerkit.layers.shapes import shown
from fillerkit.net import Layer, Net, ParamBlob
from fillerkit.prototxt import phase_name
from fillerkit.schema.forks_pb2 import LayerParameter

_FILLS = {
    "source": "#dde8d5",
    "learned": "#f6d9cf",
    "pooling": "#fbe7c0",
    "loss": "#e3d8ec",
    "other": "#dce6f2",
}
_LONGEST = 52  # characters of a line


def of_net(net: Net) -> Graph:
    """A net as a graph: shapes, parameters, fillers, phases and what is shared.

    Parameters
    ----------
    net
    """
    stacks, edges = _stacked(net)
    box_of = {at: number for number, stack in enumerate(stacks) for at in stack}
    for at, layer in enumerate(net.layers):
        for param in layer.params:
            if param.owner is not None and box_of[param.owner[0]] != box_of[at]:
                edges[Edge(box_of[param.owner[0]], box_of[at], loose=True)] = None
    boxes = [_box(net, [net.layers[at] for at in stack]) for stack in stacks]
    return Graph(_title(net), boxes, list(edges))


def _stacked(net: Net) -> tuple[list[list[int]], dict[Edge, None]]:
    """Which layers stand in which box, and the edges between the boxes.

    A layer that works in place stands below the one whose only top that is. No other layer has
    taken the blob before: a net where one has is refused.
    """
    stacks: list[list[int]] = []
    edges: dict[Edge, None] = {}
    maker: dict[str, int] = {}
    for at, layer in enumerate(net.layers):
        tops = [name for name, _ in layer.tops]
        if len(tops) == 1 and layer.bottoms == (tops[0],):
            below = stacks[maker[tops[0]]]
            if len(net.layers[below[-1]].tops) == 1:
                below.append(at)
                continue
        for bottom in layer.bottoms:
            edges[Edge(maker[bottom], len(stacks))] = None
        maker |= dict.fromkeys(tops, len(stacks))
        stacks.append([at])
    return stacks, edges


def _box(net: Net, layers: list[Layer]) -> Box:
    lines = [line for layer in layers for line in _lines(net, layer)]
    last = layers[-1]
    for name, shape in last.tops:
        alone = len(last.tops) == 1 and name in {layer.name for layer in layers}
        lines.append(Line("→ " + ("" if alone else f"{name} ") + shown(shape)))
    hint = [line.text for line in lines]
    hint += [
        f"{layer.name} {param.name}: {param.distribution}, lr_mult {param.lr_mult:g}, "
        f"decay_mult {param.decay_mult:g}"
        for layer in layers
        for param in layer.params
    ]
    cut = [Line(_cut(line.text), line.tone) for line in lines]
    return Box(cut, _FILLS[_kind(layers)], hint="\n".join(hint))


def _lines(net: Net, layer: Layer) -> Iterator[Line]:
    yield Line(f"{layer.name} ({layer.type})", "name")
    if only := _only(layer.message):
        yield Line(only, "quiet")
    if settings := ", ".join(_settings(layer.message)):
        yield Line(settings, "quiet")
    for param in layer.params:
        start = _start(net, param)
        yield Line(
            f"{param.name} {shown(param.shape)} = {param.count:,}, {start}",
            "alarm" if param.dead and param.owner is None else "plain",
        )


def _start(net: Net, param: ParamBlob) -> str:
    if param.owner is not None:
        owner = net.layers[param.owner[0]]
        return f"shared with {owner.name}/{owner.params[param.owner[1]].name}"
    if param.given is not None:
        return "given"
    if param.filler is None:
        return "zeros"
    return str(param.distribution) if param.filler.type == "constant" else param.filler.type


def _only(message: LayerParameter) -> str:
    """In which states a layer takes part, where not in all."""
    included = [_rule(rule) for rule in message.include]
    excluded = [_rule(rule) for rule in message.exclude]
    words = f"only in {' or '.join(included)}" if included else ""
    return words or (f"not in {' or '.join(excluded)}" if excluded else "")


def _rule(rule: Any) -> str:
    words = [phase_name(rule.phase)] if rule.HasField("phase") else []
    words += [f"level {rule.min_level} and up"] if rule.HasField("min_level") else []
    words += [f"level {rule.max_level} and below"] if rule.HasField("max_level") else []
    words += [f"stage {stage}" for stage in rule.stage]
    words += [f"no stage {stage}" for stage in rule.not_stage]
    return " with ".join(words) or "every state"


def _settings(message: LayerParameter) -> Iterator[str]:
    """What the layer's own parameters say, messages within them left out."""
    for field, value in message.ListFields():
        if not field.name.endswith("_param") or not isinstance(value, Message):
            continue
        for inner, setting in value.ListFields():
            if inner.message_type is None and inner.name != "engine":
                values = setting if hasattr(setting, "__len__") else [setting]
                values = [setting] if isinstance(setting, str | bytes) else values
                yield f"{inner.name} {' '.join(_word(inner, one) for one in values)}"


def _word(field: Any, value: Any) -> str:
    if field.enum_type is not None:
        return str(field.enum_type.values_by_number[value].name)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _kind(layers: list[Layer]) -> str:
    first = layers[0]
    if not first.bottoms:
        return "source"
    if any(layer.params for layer in layers):
        return "learned"
    known = layer_types.get(first.type)
    if known is not None and known.loss:
        return "loss"
    return "pooling" if "Pooling" in first.type else "other"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _title(net: Net) -> list[Line]:
    owned = sum(param.owner is not None for layer in net.layers for param in layer.params)
    shared = f", {owned} blob{'s' * (owned > 1)} shared (dashed)" if owned else ""
    return [
        Line(f"{net.name or 'a net without a name'}, phase {net.phase}", "name"),
        Line(f"{len(net.layers):,} layers, {net.count:,} parameters{shared}", "quiet"),
    ]
