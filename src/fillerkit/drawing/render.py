"""A graph in the format that a suffix names."""

from __future__ import annotations

from fillerkit.drawing.dot import as_dot, run_dot
from fillerkit.drawing.graph import Graph
from fillerkit.drawing.svg import as_svg

FORMATS = ("svg", "dot", "gv", "raw")
"""What needs nothing installed; any other format is left to Graphviz."""


def render(graph: Graph, format: str, direction: str = "TB") -> bytes:
    """Draw a graph.

    Parameters
    ----------
    graph
    format
        ``"svg"``; ``"dot"``, ``"gv"`` or ``"raw"`` for Graphviz's text; another, like ``"png"``, if
        Graphviz is installed.
    direction
        Where edges lead: ``"TB"``, ``"BT"``, ``"LR"`` or ``"RL"``.

    Raises
    ------
    UsageError
        Graphviz would be needed, or does not know the format.
    """
    if format == "svg":
        return as_svg(graph, direction).encode()
    text = as_dot(graph, direction)
    return text.encode() if format in FORMATS else run_dot(text, format)
