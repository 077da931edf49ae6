"""A graph in Graphviz's language, and pictures that Graphviz makes of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from fillerkit.drawing.graph import Graph, Line
from fillerkit.errors import UsageError


def as_dot(graph: Graph, direction: str = "TB") -> str:
    """A graph as the text that ``dot`` reads."""
    label = _label(graph.title)
    lines = [
        "digraph {",
        f"  rankdir={direction}",
        f'  label="{label}" labelloc=t labeljust=l fontname="Courier"',
        '  node [style=filled fontname="Courier" fontsize=10]',
        '  edge [fontname="Courier" fontsize=9]',
    ]
    for at, box in enumerate(graph.boxes):
        alarm = ' color="#b00020"' * any(line.tone == "alarm" for line in box.lines)
        lines.append(
            f'  {at} [shape={box.shape} fillcolor="{box.fill}"{alarm} label="{_label(box.lines)}"]'
        )
    for edge in graph.edges:
        style = ' [style=dashed constraint=false color="#a05a2c" dir=none]' if edge.loose else ""
        label = f' [label="{_escaped(edge.label)}"]' if edge.label else ""
        lines.append(f"  {edge.start} -> {edge.end}{style}{label}")
    return "\n".join([*lines, "}", ""])


def run_dot(text: str, format: str) -> bytes:
    """A picture in a format of Graphviz's.

    Raises
    ------
    UsageError
        ``dot`` is not installed, or does not make that format.
    """
    program = shutil.which("dot")
    if program is None:
        raise UsageError(
            f"a .{format} is drawn by Graphviz, and its program dot is not there: install "
            "Graphviz (apt install graphviz, brew install graphviz), or write .svg or .dot"
        )
    done = subprocess.run(
        [program, f"-T{format}"], input=text.encode(), capture_output=True, check=False
    )
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(f"dot makes no .{format}: {why}")
    return done.stdout


def _label(lines: Sequence[Line]) -> str:
    if len(lines) == 1:
        return _escaped(lines[0].text)
    return "".join(_escaped(line.text) + r"\l" for line in lines)


def _escaped(text: str) -> str:
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    return text.replace("\\", r"\\").replace('"', r"\"")
