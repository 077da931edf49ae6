"""How nets and blobs show themselves."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np

import fillerkit as fk

NET = """name: "<b>bold</b>"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "<script>alert(1)</script>" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
"""


class Cells(HTMLParser):
    """The text of every cell, and every tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("td", "th"):
            self.cells[-1] += data.rstrip("\n")


def test_a_net_is_a_table_of_its_layers() -> None:
    found = Cells(fk.load_net(NET)._repr_html_())
    assert found.cells[6:] == [
        *("data", "Input", "data 2x6", "", "", ""),
        *("<script>alert(1)</script>", "InnerProduct", "ip 2x4", "weight 4x6", "24"),
        "uniform ±0.7071, std 0.4082",
        *("", "", "", "bias 4", "4", "constant 0"),
    ]


def test_blobs_are_a_table_with_what_they_were_filled_with() -> None:
    found = Cells(fk.load_net(NET).fill(seed=1)._repr_html_())
    assert found.cells[5:] == [
        *("<script>alert(1)</script>", "weight", "4x6", "float32", "uniform ±0.7071, std 0.4082"),
        *("", "bias", "4", "float32", "constant 0"),
    ]


def test_markup_in_names_stays_text() -> None:
    net = fk.load_net(NET)
    for html in (net._repr_html_(), net.fill(1)._repr_html_()):
        assert set(Cells(html).tags) == {"p", "table", "thead", "tbody", "tr", "th", "td"}
        assert "<b>" not in html


def test_what_is_not_printable_is_shown_as_an_escape(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **{"a\x1b\u202e/0": np.zeros(3, "f4")})  # type: ignore[arg-type]
    html = fk.load(tmp_path / "x.npz")._repr_html_()
    assert "a\\x1b\\u202e" in html


def test_a_long_net_is_cut() -> None:
    layers = "".join(
        f'layer {{ name: "r{at}" type: "ReLU" bottom: "data" top: "data" }}\n' for at in range(1500)
    )
    data = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 } } }\n'
    html = fk.load_net(data + layers)._repr_html_()
    assert html.endswith("<p>and 1,301 more</p>")
    assert html.count("<tr>") == 201


def test_in_a_terminal_they_are_one_line() -> None:
    net = fk.load_net(NET.replace("<b>bold</b>", "small"))
    assert repr(net) == "Net('small', phase TRAIN, 2 layers, 28 parameters)"
    assert repr(net.fill(seed=1)) == "Blobs(1 layer, 28 values, seed 1)"
    assert repr(net.fill(seed=1)[net.layers[1].key]) == "LayerBlobs(weight: 4x6, bias: 4)"
