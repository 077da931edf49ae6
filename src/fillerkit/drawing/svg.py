"""A graph as SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from fillerkit.drawing.graph import Box, Graph, Line
from fillerkit.drawing.layout import Layout, Point, layout

_LETTER = 7.25  # the width of a letter of the 12 px font, monospaced
_LINE = 16.0
_PAD = 8.0
_MARGIN = 16.0
_DROP = 34.0  # between rows

_STYLE = """\
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #222; \
white-space: pre }
.name { font-weight: bold }
.quiet { fill: #666 }
.alarm { fill: #b00020 }
.box { stroke: #8a8a8a }
.edge { fill: none; stroke: #555; stroke-width: 1.2; marker-end: url(#head) }
.loose { fill: none; stroke: #a05a2c; stroke-width: 1.2; stroke-dasharray: 5 4 }
.label { fill: #666; text-anchor: middle; paint-order: stroke; stroke: #fff; stroke-width: 3px }
"""


def as_svg(graph: Graph, direction: str = "TB") -> str:
    """Draw a graph.

    Parameters
    ----------
    graph
    direction
        Where edges lead, as Graphviz says it: ``"TB"``, ``"BT"``, ``"LR"`` or ``"RL"``.
    """
    sizes = [_size(box.lines) for box in graph.boxes]
    across = direction in ("LR", "RL")
    turned = [(height, width) for width, height in sizes] if across else sizes
    bound = [edge for edge in graph.edges if not edge.loose]
    labels = max((_columns(edge.label) for edge in bound), default=0)
    drop = _DROP + (labels * _LETTER if across else labels and _LINE)
    plan = layout(turned, [(edge.start, edge.end) for edge in bound], drop)
    title_width, title_height = _size(graph.title) if graph.title else (0.0, 0.0)
    turn = _turner(plan, direction, _MARGIN, _MARGIN + title_height)
    width, height = (plan.height, plan.width) if across else (plan.width, plan.height)
    centers = [turn(center) for center in plan.centers]
    parts = list(_text(graph.title, _MARGIN - _PAD, _MARGIN - _PAD))
    for edge, path in zip(bound, plan.paths, strict=True):
        points = [turn(point) for point in path]
        parts.append(f'<path class="edge" d="{_curve(points, across)}"/>')
        if edge.label:
            x, y = _middle(points)
            parts.append(f'<text class="label" x="{x:.1f}" y="{y:.1f}">{_safe(edge.label)}</text>')
    for edge in graph.edges:
        if edge.loose:
            parts.append(_bow(centers[edge.start], centers[edge.end], sizes[edge.start][0]))
    for box, center, size in zip(graph.boxes, centers, sizes, strict=True):
        parts.extend(_box(box, center, size))
    whole = max(width, title_width) + 2 * _MARGIN, height + title_height + 2 * _MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole[0]:.0f}" '
            f'height="{whole[1]:.0f}" viewBox="0 0 {whole[0]:.0f} {whole[1]:.0f}">',
            f"<style>{_STYLE}</style>",
            '<marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
            '<path d="M0 1 L7 4 L0 7 z" fill="#555"/></marker>',
            '<rect width="100%" height="100%" fill="#fff"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _size(lines: Sequence[Line]) -> tuple[float, float]:
    longest = max((_columns(line.text) for line in lines), default=0)
    return longest * _LETTER + 2 * _PAD, len(lines) * _LINE + 2 * _PAD - 2


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in _plain(text))


def _turner(
    plan: Layout, direction: str, left: float, top: float
) -> Callable[[Point], tuple[float, float]]:
    """From places of a plan from the top down to places of the picture."""

    def turn(point: Point) -> Point:
        along, deep = point
        if direction in ("BT", "RL"):
            deep = plan.height - deep
        x, y = (deep, along) if direction in ("LR", "RL") else (along, deep)
        return left + x, top + y

    return turn


def _curve(points: Sequence[Point], across: bool) -> str:
    """Through all points, each time first and last along the direction of the picture."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(x1 - x0) + abs(y1 - y0) < 0.1:  # an arrowhead there would point anywhere
            continue
        xm, ym = (x0 + x1) / 2, (y0 + y1) / 2
        bends = (xm, y0, xm, y1) if across else (x0, ym, x1, ym)
        parts.append("C" + " ".join(f"{number:.1f}" for number in (*bends, x1, y1)))
    return " ".join(parts)


def _bow(start: Point, end: Point, width: float) -> str:
    """From the middle of one box to that of another, bent so that it does not lie on an edge."""
    (x0, y0), (x1, y1) = start, end
    bend = width / 2 + 40 if abs(x1 - x0) < width else 0.0
    middle = f"{(x0 + x1) / 2 - bend:.1f} {(y0 + y1) / 2 - (0 if bend else 50):.1f}"
    return f'<path class="loose" d="M{x0:.1f} {y0:.1f} Q{middle} {x1:.1f} {y1:.1f}"/>'


def _middle(points: Sequence[Point]) -> Point:
    """Halfway to the next row, where a label stands."""
    (x0, y0), (x1, y1) = points[1], points[2]
    return (x0 + x1) / 2, (y0 + y1) / 2 + 4


def _box(box: Box, center: Point, size: tuple[float, float]) -> Iterator[str]:
    (x, y), (width, height) = center, size
    round_ = 4 if box.shape == "box" else height / 2
    yield f"<g><title>{_safe(box.hint)}</title>" if box.hint else "<g>"
    yield (
        f'<rect class="box" x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="{round_:g}" fill="{box.fill}"/>'
    )
    yield from _text(box.lines, x - width / 2, y - height / 2)
    yield "</g>"


def _text(lines: Sequence[Line], left: float, top: float) -> Iterator[str]:
    for at, line in enumerate(lines):
        y = top + _PAD + _LINE * at + 11
        text = _safe(line.text)
        yield f'<text class="{line.tone}" x="{left + _PAD:.1f}" y="{y:.1f}">{text}</text>'


def _plain(text: str) -> str:
    """Names may hold what XML may not."""
    return "".join(
        letter
        if letter.isprintable() or letter == "\n"
        else letter.encode("unicode_escape", "surrogatepass").decode()
        for letter in text
    )


def _safe(text: str) -> str:
    return escape(_plain(text))
