"""A net in Graphviz's language: a box a layer, with what works in place below what it works on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from textwrap import wrap
from typing import Any

from google.protobuf.message import Message

from fillerkit.layers.net_layer import Layer, ParamBlob
from fillerkit.layers.shapes import shown
from fillerkit.nets.net import Net
from fillerkit.printable import printable
from fillerkit.prototxt import phase_name
from fillerkit.schema.forks_pb2 import LayerParameter

# Letters of every monospaced font are 0.6 of its size wide: the boxes fit the text whichever of
# them shows an SVG. The name is one that Graphviz knows on every system.
_HEAD = """\
digraph {
  graph [labelloc=t labeljust=l fontname=Courier fontsize=10]
  node [shape=box style=filled color="#8a8a8a" fontname=Courier fontsize=10]
  edge [color="#555555" arrowsize=0.7]"""
_FILLS = {
    "source": "#dde8d5",
    "learned": "#f6d9cf",
    "pooling": "#fbe7c0",
    "loss": "#e3d8ec",
    "other": "#dce6f2",
}
_LOOKS = {
    "name": '<font face="Courier-Bold">{}</font>',
    "plain": "{}",
    "quiet": '<font color="#666666">{}</font>',
    "alarm": '<font color="#b00020">{}</font>',
}
_LONGEST = 52  # characters of a line in a box
_LONGEST_HINT = 1000  # and of a hint; Graphviz reads no more than 16,384 bytes in a row

Line = tuple[str, str]
"""A text, and which of the looks it has."""


def as_dot(net: Net) -> str:
    """A net as a graph: shapes, parameters, fillers, phases and what is shared."""
    boxes, edges = _boxes(net)
    lines = [_HEAD, f"  label={_label(_title(net))}"]
    for number, box in enumerate(boxes):
        layers = [net.layers[at] for at in box]
        label = _label((_cut(text, _LONGEST), look) for text, look in _lines(net, layers))
        lines.append(
            f'  {number} [fillcolor="{_FILLS[_kind(layers)]}" label={label} '
            f'class="{" ".join(f"layer{at}" for at in box)}" '
            f'tooltip="{_hint(_all_of(net, layers))}"]'
        )
    for (start, end), blobs in edges.items():
        lines.append(f'  {start} -> {end} [tooltip="{_hint(blobs)}"]')
    for (start, end), blobs in _shares(net, boxes).items():
        lines.append(
            f'  {start} -> {end} [style=dashed constraint=false dir=none color="#a05a2c" '
            f'tooltip="{_hint(blobs)}"]'
        )
    return "\n".join([*lines, "}", ""])


def _boxes(net: Net) -> tuple[list[list[int]], dict[tuple[int, int], list[str]]]:
    """Which layers stand in which box, and which blobs go from box to box.

    A layer that works in place stands below the one whose only top that is. No other layer has
    taken the blob before: a net where one has is refused.
    """
    boxes: list[list[int]] = []
    edges: dict[tuple[int, int], list[str]] = {}
    maker: dict[str, int] = {}
    for at, layer in enumerate(net.layers):
        tops = [name for name, _ in layer.tops]
        if len(tops) == 1 and layer.bottoms == (tops[0],):
            above = boxes[maker[tops[0]]]
            if len(net.layers[above[-1]].tops) == 1:
                above.append(at)
                continue
        for bottom in layer.bottoms:
            edges.setdefault((maker[bottom], len(boxes)), []).append(bottom)
        maker |= dict.fromkeys(tops, len(boxes))
        boxes.append([at])
    return boxes, edges


def _shares(net: Net, boxes: list[list[int]]) -> dict[tuple[int, int], list[str]]:
    """Which parameters a box has of another one's."""
    box_of = {at: number for number, box in enumerate(boxes) for at in box}
    shares: dict[tuple[int, int], list[str]] = {}
    for at, layer in enumerate(net.layers):
        for param in layer.params:
            if param.owner is not None and box_of[param.owner[0]] != box_of[at]:
                ends = box_of[param.owner[0]], box_of[at]
                shares.setdefault(ends, []).append(_owner(net, param.owner))
    return shares


def _lines(net: Net, layers: list[Layer]) -> Iterator[Line]:
    """What stands in a box."""
    for layer in layers:
        yield f"{layer.name} ({layer.type})", "name"
        if only := _only(layer.message):
            yield only, "quiet"
        for row in wrap(", ".join(_settings(layer.message)), _LONGEST):
            yield row, "quiet"
        for param in layer.params:
            start = f"{param.name} {shown(param.shape)} = {param.count:,}, {_start(net, param)}"
            yield start, "alarm" if param.dead and param.owner is None else "plain"
    last = layers[-1]
    for name, shape in last.tops:
        alone = len(last.tops) == 1 and name in {layer.name for layer in layers}
        yield "→ " + ("" if alone else f"{name} ") + shown(shape), "plain"


def _all_of(net: Net, layers: list[Layer]) -> Iterator[str]:
    """What is told of a box where the mouse rests on it: its lines uncut, and its values."""
    yield from (text for text, _ in _lines(net, layers))
    for layer in layers:
        for param in layer.params:
            yield (
                f"{layer.name} {param.name}: {param.distribution}, lr_mult {param.lr_mult:g}, "
                f"decay_mult {param.decay_mult:g}"
            )


def _start(net: Net, param: ParamBlob) -> str:
    if param.owner is not None:
        return f"shared with {_owner(net, param.owner)}"
    if param.given is not None:
        return "given"
    if param.filler is None:
        return "zeros"
    return str(param.distribution) if param.filler.type == "constant" else param.filler.type


def _owner(net: Net, owner: tuple[int, int]) -> str:
    layer = net.layers[owner[0]]
    return f"{layer.name}/{layer.params[owner[1]].name}"


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
    if first.traits.loss:
        return "loss"
    return "pooling" if "Pooling" in first.type else "other"


def _title(net: Net) -> Iterator[Line]:
    owned = sum(param.owner is not None for layer in net.layers for param in layer.params)
    shared = f", {owned} blob{'s' * (owned > 1)} shared (dashed)" if owned else ""
    name = _cut(net.name, _LONGEST) or "a net without a name"
    yield f"{name}, phase {net.phase}", "name"
    yield f"{len(net.layers):,} layers, {net.count:,} parameters{shared}", "quiet"


def _label(lines: Iterable[Line]) -> str:
    """Lines as a table, in which each has a look of its own."""
    rows = "".join(
        f'<tr><td align="left">{_LOOKS[look].format(_escaped(text))}</td></tr>'
        for text, look in lines
    )
    return f'<<table border="0" cellspacing="0" cellpadding="0">{rows}</table>>'


def _hint(lines: Iterable[str]) -> str:
    return r"\n".join(_escaped(_cut(line, _LONGEST_HINT)) for line in lines)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _escaped(text: str) -> str:
    r"""A text that is shown as it is, in a label and in a hint.

    What has no look, as a line break, is shown as its escape. A character without width stands
    behind each backslash: in hints, Graphviz puts a node's name for ``\N``, and for ``\\N`` too.
    """
    return escape(printable(text)).replace("\\", "\\\\\N{WORD JOINER}")
