"""Pictures of nets: a graph of boxes, laid out in rows, as SVG or as Graphviz's text."""

from fillerkit.drawing.graph import Box as Box
from fillerkit.drawing.graph import Edge as Edge
from fillerkit.drawing.graph import Graph as Graph
from fillerkit.drawing.graph import Line as Line
from fillerkit.drawing.of_net import of_net as of_net
from fillerkit.drawing.render import FORMATS as FORMATS
from fillerkit.drawing.render import render as render

__all__ = ["FORMATS", "Box", "Edge", "Graph", "Line", "of_net", "render"]
