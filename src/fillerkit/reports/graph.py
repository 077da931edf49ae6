"""The drawing of a net as a part of a page: what Graphviz lays out, with a layer a box."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from fillerkit.drawing import draw
from fillerkit.nets.net import Net
from fillerkit.printable import printable

# What Graphviz writes is escaped: no name of a net can look like one of these tags.
_GRAPH = re.compile(r'<g id="graph0"[^>]* transform="[^"]*translate\(([-\d.]+) ([-\d.]+)\)">')
_SIZE = re.compile(r'viewBox="0\.00 0\.00 ([\d.]+) ([\d.]+)"')
_NODE = re.compile(r'<g class="node ([^"]*)">(.*?)</g>')
_NAME = re.compile(r'<text ([^>]*font-weight="bold"[^>]*)>')
_HINT = re.compile(r'<g><a xlink:title="([^"]*)">')
_IDLE = re.compile(
    r"<!--.*?-->\n?|<title>[^<]*</title>\n|</a>\n</g>\n|\n(?=<)"
    r'| xml:space="preserve"| text-anchor="start"| font-family="[^"]*"| font-size="[^"]*"'
    r'| id="[^"]*"',
    re.DOTALL,
)
_GROUND = re.compile(r'<polygon fill="white" stroke="none"[^>]*/>\n')
_MARK = re.compile(r"<g class=.*?</g>|<text .*?</text>", re.DOTALL)
_DOWN = re.compile(r'(?: d="M| points="| y=")(?:[-\d.]+,)?([-\d.]+)')  # where a mark begins

_NEAR = 1500.0  # pixels from its top: more of a drawing than is seen first
_TOGETHER = 200  # marks that a page lays out at a time


@dataclass(frozen=True)
class Graph:
    """The drawing: an SVG's content, its width and height, and where it begins.

    `near` is seen first; what is far below is in parts, so that it can be laid out later.
    """

    near: str
    far: tuple[str, ...]
    width: float
    height: float
    left: float
    top: float


def graph(net: Net) -> Graph:
    """Lay a net out; every box and every name in it knows its layer."""
    svg = draw(net).decode()
    size = _SIZE.search(svg)
    head = _GRAPH.search(svg)
    assert size and head  # Graphviz writes both
    marks = svg[head.end() : svg.rindex("</g>")]
    marks = _IDLE.sub("", _GROUND.sub("", marks, count=1))
    marks = _NODE.sub(_box(net), _HINT.sub(r"<title>\1</title>", marks))
    left, top = (-float(number) for number in head.groups())
    near: list[str] = []
    far: list[str] = []
    for mark in _MARK.findall(marks):
        down = _DOWN.search(mark)
        assert down  # each has a shape or words
        (near if float(down[1]) - top < _NEAR else far).append(mark)
    parts = ("".join(far[at : at + _TOGETHER]) for at in range(0, len(far), _TOGETHER))
    return Graph("".join(near), tuple(parts), float(size[1]), float(size[2]), left, top)


def _box(net: Net) -> Callable[[re.Match[str]], str]:
    def box(found: re.Match[str]) -> str:
        inside = [int(number) for number in re.findall(r"layer(\d+)", found[1])]
        names = iter(inside)
        body = _NAME.sub(lambda name: f"<text {name[1]} {_of(net, next(names))}>", found[2])
        return (
            f'<g class="node" id="box{inside[0]}" {_of(net, inside[0])} role="button" '
            f'tabindex="{-1 if inside[0] else 0}">{body}</g>'
        )

    return box


def _of(net: Net, at: int) -> str:
    return f'data-at="{at}" data-layer="{_attribute(net.layers[at].name)}"'


def _attribute(text: str) -> str:
    return escape(printable(text))
