"""Graphs as SVG, as Graphviz's text, and by Graphviz."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fillerkit.drawing import Box, Edge, Graph, Line, render
from fillerkit.errors import UsageError

NASTY = "<&>\"'\\ {|} \x1b[31m \ud800 名前"
GRAPH = Graph(
    [Line("title", "name")],
    [Box([Line(NASTY, "name"), Line("second")], "#abcdef", hint=NASTY), Box([Line("b")], "#fff")],
    [Edge(0, 1, "label"), Edge(0, 1, loose=True)],
)


def test_any_name_makes_an_svg_that_is_xml() -> None:
    root = ElementTree.fromstring(render(GRAPH, "svg"))
    words = ["".join(element.itertext()) for element in root.iter()]
    assert any("<&>\"'" in word and "名前" in word and r"\x1b" in word for word in words)


def test_an_svg_has_a_title_a_box_each_and_an_edge_each() -> None:
    svg = render(GRAPH, "svg").decode()
    assert svg.count('class="box"') == 2
    assert svg.count('class="edge"') == svg.count('class="loose"') == 1
    assert ">title</text>" in svg
    assert ">label</text>" in svg


def test_an_arrow_points_down_into_its_box() -> None:
    (path,) = re.findall(r'class="edge" d="([^"]*)"', render(GRAPH, "svg").decode())
    x0, y0, x1, y1 = map(float, path.split()[-4:])
    assert x0 == x1
    assert y0 < y1 - 5


def test_nothing_makes_an_svg_too() -> None:
    ElementTree.fromstring(render(Graph([], [], []), "svg"))


def test_graphvizs_text_escapes_what_it_must() -> None:
    text = render(GRAPH, "dot").decode()
    assert "\\\"'\\\\ {|}" in text
    assert '0 -> 1 [label="label"]' in text
    assert "0 -> 1 [style=dashed" in text


def fake_dot(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_other_formats_are_graphvizs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(tmp_path, 'echo "$1"; head -1', monkeypatch)
    assert render(GRAPH, "png") == b"-Tpng\ndigraph {\n"


def test_what_graphviz_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(tmp_path, 'cat > /dev/null; echo "Format xyz not recognized" >&2; exit 1', monkeypatch)
    with pytest.raises(UsageError, match=r"dot makes no \.xyz: Format xyz not recognized"):
        render(GRAPH, "xyz")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_it() -> None:
    assert render(GRAPH, "png").startswith(b"\x89PNG")
