"""What a net's drawing shows, read from the graph that Graphviz gets."""

from __future__ import annotations

from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

import fillerkit as fk

pygraphviz: Any = pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

SMALL = """
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
layer { name: "out" type: "InnerProduct" bottom: "ip" top: "out" include { phase: TEST }
        inner_product_param { num_output: 3 weight_filler { type: "gaussian" std: 0.5 } } }
"""
TWINS = """
name: "twins"
layer { name: "pair" type: "Input" top: "a" top: "b" input_param { shape { dim: [1, 3] } } }
layer { name: "p" type: "InnerProduct" bottom: "a" top: "p" param { name: "w" }
        inner_product_param { num_output: 4 weight_filler { type: "msra" } bias_term: false } }
layer { name: "act" type: "ReLU" bottom: "p" top: "p" include { phase: TRAIN stage: "x" }
        include { phase: TRAIN } }
layer { name: "q" type: "InnerProduct" bottom: "b" top: "q" param { name: "w" }
        inner_product_param { num_output: 4 weight_filler { type: "msra" } bias_term: false } }
layer { name: "late" type: "Dropout" bottom: "q" top: "q" exclude { phase: TEST } }
layer { name: "dead" type: "InnerProduct" bottom: "q" top: "dead"
        inner_product_param { num_output: 2 } }
"""
INPUT = 'layer { name: "%s" type: "Input" top: "d" input_param { shape { dim: [1, 4] } } }'


class Box(NamedTuple):
    lines: list[str]
    fonts: dict[str, dict[str, str]]
    fill: str
    hint: list[str]


class Edge(NamedTuple):
    start: str
    end: str
    style: str | None
    hint: list[str]


class Drawing(NamedTuple):
    """What a graph says; boxes go by the name of their first layer."""

    title: list[str]
    boxes: dict[str, Box]
    edges: list[Edge]


def drawing(text: str, **state: Any) -> Drawing:
    dot = fk.draw(fk.load_net(text, **state), format="dot").decode()
    graph = pygraphviz.AGraph(string=dot)
    names = {}
    boxes = {}
    for node in graph.nodes():
        lines, fonts = label(node.attr["label"])
        names[node] = lines[0].rpartition(" (")[0]
        boxes[names[node]] = Box(lines, fonts, node.attr["fillcolor"], hint(node))
    edges = [
        Edge(names[edge[0]], names[edge[1]], edge.attr["style"], hint(edge))
        for edge in graph.edges()
    ]
    return Drawing(label(graph.graph_attr["label"])[0], boxes, edges)


def label(table: str) -> tuple[list[str], dict[str, dict[str, str]]]:
    """The lines of a label, and the font of each."""
    fonts = {}
    for cell in ElementTree.fromstring(table).iter("td"):
        font = cell.find("font")
        fonts["".join(cell.itertext())] = {} if font is None else font.attrib
    return list(fonts), fonts


def hint(thing: Any) -> list[str]:
    return str(thing.attr["tooltip"]).split(r"\n")


def test_a_box_has_settings_shapes_parameters_and_fillers() -> None:
    boxes = drawing(SMALL).boxes
    assert boxes["data"].lines == ["data (Input)", "→ 2x6"]
    assert boxes["ip"].lines == [
        "ip (InnerProduct)",
        "num_output 4",
        "weight 4x6 = 24, xavier",
        "bias 4 = 4, constant 0",
        "relu (ReLU)",
        "→ 2x4",
    ]


def test_names_are_bold_and_settings_grey() -> None:
    fonts = drawing(SMALL).boxes["ip"].fonts
    assert fonts["ip (InnerProduct)"] == fonts["relu (ReLU)"] == {"face": "Courier-Bold"}
    assert fonts["num_output 4"] == {"color": "#666666"}
    assert fonts["weight 4x6 = 24, xavier"] == {}


def test_a_hint_has_what_the_values_are() -> None:
    hint = drawing(SMALL).boxes["ip"].hint
    assert hint[:2] == ["ip (InnerProduct)", "num_output 4"]
    assert "ip weight: uniform ±0.7071, std 0.4082, lr_mult 1, decay_mult 1" in hint


def test_above_it_stand_name_phase_and_count() -> None:
    title = drawing(SMALL, phase="TEST").title
    assert title == ["small, phase TEST", "4 layers, 43 parameters"]
    assert drawing(SMALL.replace('name: "small"', "")).title[0] == (
        "a net without a name, phase TRAIN"
    )


def test_layers_of_one_phase_say_so() -> None:
    assert drawing(SMALL, phase="TEST").boxes["out"].lines[1] == "only in TEST"
    boxes = drawing(TWINS).boxes
    assert "only in TRAIN with stage x or TRAIN" in boxes["p"].lines
    assert "not in TEST" in boxes["q"].lines


def test_what_is_shared_says_with_whom() -> None:
    twins = drawing(TWINS)
    assert "weight 4x3 = 12, shared with p/weight" in twins.boxes["q"].lines
    assert twins.title[1].endswith(", 1 blob shared (dashed)")


def test_boxes_that_share_are_joined_by_a_dashed_line() -> None:
    dashed = [edge for edge in drawing(TWINS).edges if edge.style]
    assert dashed == [Edge("p", "q", "dashed", ["p/weight"])]


def test_a_dashed_line_says_nothing_about_where_boxes_stand() -> None:
    dot = fk.draw(fk.load_net(TWINS), format="dot").decode()
    (line,) = [line for line in dot.splitlines() if "style=dashed" in line]
    assert "constraint=false" in line
    assert "dir=none" in line


def test_weights_that_start_as_zeros_are_red() -> None:
    red = {"color": "#b00020"}
    boxes = drawing(TWINS).boxes.values()
    lines = [line for box in boxes for line, font in box.fonts.items() if font == red]
    assert lines == ["weight 2x4 = 8, constant 0"]


def test_tops_of_one_layer_are_told_apart() -> None:
    assert drawing(TWINS).boxes["pair"].lines == ["pair (Input)", "→ a 1x3", "→ b 1x3"]


def test_an_arrow_tells_its_blobs() -> None:
    sliced = """
    layer { name: "s" type: "Slice" bottom: "d" top: "a" top: "b" }
    layer { name: "e" type: "Eltwise" bottom: "a" bottom: "b" top: "e" }
    """
    assert drawing(INPUT % "d" + sliced).edges == [
        Edge("d", "s", None, ["d"]),
        Edge("s", "e", None, ["a", "b"]),
    ]


def test_in_place_on_one_of_several_tops_stands_alone() -> None:
    sliced = """
    layer { name: "s" type: "Slice" bottom: "d" top: "a" top: "b" }
    layer { name: "r" type: "ReLU" bottom: "a" top: "a" }
    layer { name: "t" type: "TanH" bottom: "a" top: "a" }
    layer { name: "e" type: "Eltwise" bottom: "a" bottom: "b" top: "e" }
    """
    boxes, edges = drawing(INPUT % "d" + sliced)[1:]
    assert list(boxes) == ["d", "s", "r", "e"]
    assert boxes["r"].lines == ["r (ReLU)", "t (TanH)", "→ a 1x2"]
    assert sorted((edge.start, edge.end, *edge.hint) for edge in edges) == [
        ("d", "s", "d"),
        ("r", "e", "a"),
        ("s", "e", "b"),
        ("s", "r", "a"),
    ]


def test_kinds_of_layers_have_colours_of_their_own() -> None:
    more = """
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
    layer { name: "soft" type: "Softmax" bottom: "ip" top: "soft" }
    """
    boxes = drawing(SMALL + more).boxes
    assert len({boxes[name].fill for name in ("data", "ip", "loss", "soft")}) == 4
    assert boxes["label"].fill == boxes["data"].fill


def test_a_long_line_is_cut_in_the_box_and_whole_in_the_hint() -> None:
    (box,) = drawing(INPUT % ("n" * 200)).boxes.values()
    assert box.lines[0] == "n" * 51 + "…"
    assert box.hint[0] == "n" * 200 + " (Input)"
