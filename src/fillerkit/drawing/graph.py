"""What is drawn: boxes of lines, and edges between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of a box.

    Parameters
    ----------
    text
    tone
        ``"name"``, ``"plain"``, ``"quiet"`` or ``"alarm"``.
    """

    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class Box:
    """A box.

    Parameters
    ----------
    lines
    fill
        Its colour, as ``#rrggbb``.
    shape
        Of Graphviz: ``"box"``, ``"octagon"``, ``"ellipse"``; in an SVG all but boxes are rounded.
    hint
        What is told of it besides, where the mouse rests on it.
    """

    lines: Sequence[Line]
    fill: str
    shape: str = "box"
    hint: str = ""


@dataclass(frozen=True)
class Edge:
    """An arrow between two boxes, each told by its index.

    Parameters
    ----------
    start, end
    label
    loose
        Whether it says nothing about where the boxes stand; drawn dashed.
    """

    start: int
    end: int
    label: str = ""
    loose: bool = False


@dataclass(frozen=True)
class Graph:
    """Boxes in an order in which every edge that is not loose leads to a later one, or nowhere.

    Parameters
    ----------
    title
        Lines above the picture.
    """

    title: Sequence[Line]
    boxes: Sequence[Box]
    edges: Sequence[Edge]
