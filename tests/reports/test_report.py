"""A page of a net: what is on it, that it asks for nothing, and that names stay names."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

pytest.importorskip("jinja2", reason="Jinja2 is not installed")
pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

SAMPLES = Path(__file__).parents[2] / "sample_nets"
NET = """name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer {
  name: "ip" type: "InnerProduct" bottom: "data" top: "ip"  # a comment
  inner_product_param { num_output: 4 weight_filler { type: "xavier" } }
}
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
layer { name: "out" type: "InnerProduct" bottom: "ip" top: "out"
        inner_product_param { num_output: 3 } }
"""
NAME = """</script></style><script>alert('1')</script>"'& ]]> data-id="box0" <!-- \u202e\x07"""
VOID = {"meta", "input", "br", "wbr"}


Element = tuple[str, dict[str, str], list[str]]


class Read(HTMLParser):
    """A page's elements: tag, attributes, and the text in each; all tags are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), attrs
        element: Element = (tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, _, text in self.open:
            text.append(data)

    def by_id(self, name: str) -> str:
        (found,) = (text for _, attrs, text in self.elements if attrs.get("id") == name)
        return "".join(found)

    def texts(self, tag: str, **wanted: str) -> list[str]:
        return [
            "".join(text)
            for kind, attrs, text in self.elements
            if kind == tag and wanted.items() <= attrs.items()
        ]

    def of(self, name: str) -> list[Element]:
        """What stands for a layer."""
        return [each for each in self.elements if each[1].get("data-layer") == name]


@pytest.fixture(scope="module")
def net() -> fk.Net:
    return fk.load_net(NET)


@pytest.fixture(scope="module")
def page(net: fk.Net) -> Read:
    return Read(fk.report(net).html)


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_overview_tells_the_net(page: Read, net: fk.Net) -> None:
    told = one_line(page.by_id("overview"))
    for words in ("Phase TRAIN", "Layers 4", "Parameters 43, in float32 172 bytes", net.sha256):
        assert words in told
    assert "2 findings: xavier-relu (1), zero-weights (1)" in told
    assert "all zeros, as Caffe leaves a weight without a weight_filler: out" in told


def test_every_layer_has_a_box_a_row_and_lines(page: Read, net: fk.Net) -> None:
    for at, layer in enumerate(net.layers):
        kinds = {tag for tag, attrs, _ in page.of(layer.name) if attrs["data-at"] == str(at)}
        assert {"text", "tr", "a", "span"} <= kinds
    boxes = [attrs["data-layer"] for _, attrs, _ in page.elements if attrs.get("class") == "node"]
    assert boxes == ["data", "ip", "out"]


def test_the_lines_of_a_layer_are_its_own(page: Read, net: fk.Net) -> None:
    rows = NET.splitlines()
    (block,) = page.texts("span", **{"class": "block", "data-layer": "ip"})
    assert block.splitlines() == rows[2:6]
    assert page.by_id("lines") == NET
    numbers = [attrs["data-n"] for _, attrs, _ in page.elements if "data-n" in attrs]
    assert "\n".join(numbers) == "\n".join("123456789")


def test_the_text_is_plain_so_that_a_large_net_opens_fast(page: Read) -> None:
    inside = page.elements[[attrs.get("id") for _, attrs, _ in page.elements].index("lines") + 1 :]
    spans = [attrs.get("class") or attrs.get("id") for tag, attrs, _ in inside if tag == "span"]
    assert spans == ["block", "L1", *(each for at in (2, 3, 7, 8) for each in ("block", f"L{at}"))]


def test_a_row_says_what_a_blob_starts_as(page: Read) -> None:
    row = one_line(page.by_id("row1"))
    assert "weight 4x6 = 24: uniform ±0.7071, std 0.4082" in row
    assert "found" not in row


def test_blobs_bring_their_numbers(net: fk.Net) -> None:
    values = {
        "ip": [np.array([[1, 1, 1, 1, 1, np.nan]] * 4, np.float32), np.ones(4, np.float32)],
        "out": [np.zeros((3, 4), np.float32), np.zeros(3, np.float32)],
    }
    row = one_line(Read(fk.report(net, blobs=fk.Blobs.of(net, values)).html).by_id("row1"))
    assert "found: mean 1, std 0, 0% zeros, 4 NaN" in row
    assert "odd: 4 not a number" in row
    assert "odd: mean 1 is not 0" in row
    filled = Read(fk.report(net, blobs=net.fill(3)).html)
    assert "seed 3" in filled.by_id("overview")
    assert "odd" not in filled.by_id("row1")


def test_values_of_a_blob_that_has_no_filler_are_not_odd(net: fk.Net) -> None:
    values = {
        "ip": [net.fill(3)["ip"].weight, np.ones(4, np.float32)],
        "out": [np.full((3, 4), 0.5, np.float32), np.array([0, 0, np.inf], np.float32)],
    }
    page = Read(fk.report(net, blobs=fk.Blobs.of(net, values)).html)
    assert "odd" not in page.by_id("row1")
    row = one_line(page.by_id("row3"))
    assert "found: mean 0.5, std 0, 0% zeros" in row
    assert "odd: 1 infinite" in row
    assert row.count("odd") == 1


def test_values_are_held_against_what_their_file_records(net: fk.Net, tmp_path: Path) -> None:
    fk.load_net(NET, fillers={"ip": "constant(value=2)"}).fill(3).save(tmp_path / "w.npz")
    page = Read(fk.report(net, blobs=fk.load(tmp_path / "w.npz")).html)
    row = one_line(page.by_id("row1"))
    assert "uniform ±0.7071, std 0.4082" in row
    assert "found: mean 2, std 0, 0% zeros, filled with constant 2" in row
    assert "odd" not in row
    assert "net ," not in one_line(page.by_id("overview"))


def test_each_finding_leads_to_its_line(page: Read) -> None:
    (group,) = page.texts("details", **{"data-code": "zero-weights"})
    assert one_line(group).startswith("zero-weights: 1 time line 8: layer 'out' (InnerProduct)")
    assert ("a", {"href": "#L8"}, ["line 8"]) in page.elements


def test_findings_that_are_given_are_those_of_the_page(net: fk.Net) -> None:
    assert "Nothing odd was found." in Read(fk.report(net, findings=()).html).by_id("findings")
    given = fk.check(net).warnings
    page = Read(fk.report(net, findings=given, ignore=["zero-weights"]).html)
    assert "1 finding: xavier-relu (1)" in one_line(page.by_id("overview"))


def test_all_links_lead_to_a_place_of_the_page_and_ids_are_there_once(page: Read) -> None:
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = {attrs["href"] for _, attrs, _ in page.elements if "href" in attrs}
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_the_policy_allows_the_own_style_and_script_alone(page: Read) -> None:
    (policy,) = (
        attrs["content"]
        for _, attrs, _ in page.elements
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (text,) = page.texts(tag)
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not [attrs for _, attrs, _ in page.elements if "style" in attrs or "src" in attrs]
    assert not [name for _, attrs, _ in page.elements for name in attrs if name.startswith("on")]


def test_the_script_is_small(page: Read) -> None:
    (script,) = page.texts("script")
    assert len(script.encode()) <= 20_000
    assert "http" not in script


def test_a_name_of_a_stranger_is_shown_and_is_no_markup() -> None:
    literal = NAME.replace("\\", "\\\\").replace('"', r"\"").replace("\x07", r"\007")
    html = fk.report(fk.load_net(NET.replace('"ip"', f'"{literal}"'))).html
    page, plain = Read(html), Read(fk.report(fk.load_net(NET)).html)
    seen = NAME.replace("\u202e", r"\u202e").replace("\x07", r"\x07")
    assert [tag for tag, _, _ in page.of(seen)] == [tag for tag, _, _ in plain.of("ip")]
    assert seen in page.texts("a", **{"data-layer": seen})
    tags = [tag for tag, _, _ in page.elements]
    assert [tag for tag in tags if tag in ("script", "style", "svg")] == [
        tag for tag, _, _ in plain.elements if tag in ("script", "style", "svg")
    ]
    assert not re.search("[\u202e\x07]", html)
    (box,) = (t for tag, attrs, t in page.elements if tag == "g" and attrs.get("id") == "box1")
    assert "data-id=" in "".join(box)


def test_a_net_without_a_name_without_layers_with_blobs_and_from_old_text_has_a_page() -> None:
    for text in (
        'input: "x" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4',
        'input: "x"\ninput_shape { dim: 2 }\nlayers { name: "r" type: RELU bottom: "x" top: "r" }',
        'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 } } } '
        'layer { name: "e" type: "ReLU" bottom: "d" top: "e" }\r\n',
        "",
    ):
        net = fk.load_net(text + "\n")
        page = Read(fk.report(net, blobs=net.fill(1)).html)
        assert page.texts("h1") == ["A net without a name"]


def test_a_file_is_written_whole_or_not_at_all(net: fk.Net, tmp_path: Path) -> None:
    page = fk.report(net, tmp_path / "page.HTML")
    assert (tmp_path / "page.HTML").read_text() == page.html
    with pytest.raises(fk.FormatError, match="there is no folder"):
        fk.report(net, tmp_path / "none/page.html")
    with pytest.raises(fk.UsageError, match=r"'page\.pdf': a report .* \.html"):
        fk.report(net, "page.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["page.HTML"]


@pytest.mark.parametrize("package", ["jinja2", "pygraphviz"])
def test_a_package_that_is_missing_is_told(
    net: fk.Net, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(fk.UsageError, match=f"needs {package}: pip install 'fillerkit.report.'"):
        fk.report(net)


def test_weights_of_another_net_are_refused_and_missing_ones_told(net: fk.Net) -> None:
    other = fk.load_net(NET.replace("num_output: 4", "num_output: 5"))
    with pytest.raises(fk.UsageError, match="another net: ip/0 is 5x6, and 4x6 in the net"):
        fk.report(net, blobs=other.fill(1))
    strange = fk.load_net(
        NET.replace('name: "ip"', 'name: "a"').replace('name: "out"', 'name: "b"')
    )
    with pytest.raises(fk.UsageError, match="no layer in common"):
        fk.report(net, blobs=strange.fill(1))
    part = fk.load_net(NET.replace('name: "out"', 'name: "b"'))
    notes = Read(fk.report(net, blobs=part.fill(1)).html).by_id("overview")
    assert "no weights are there for 1 layers" in notes
    assert "the weights have 1 layers that the net has not" in notes


def test_a_signal_of_another_net_is_refused(net: fk.Net) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    own = fk.signal(net)
    assert "Forward it dies at 'out'" in Read(fk.report(net, signal=own).html).by_id("overview")
    renamed = fk.signal(fk.load_net(NET.replace('name: "ip"', 'name: "a"')))
    for signal in (renamed, [own, renamed]):
        with pytest.raises(fk.UsageError, match="this signal is of another net: small"):
            fk.report(net, signal=signal)


def test_a_notebook_shows_the_page_in_a_frame(net: fk.Net) -> None:
    page = fk.report(net)
    ((_, attrs, _),) = Read(page._repr_html_()).elements
    assert attrs["srcdoc"] == page.html
    assert attrs["sandbox"] == "allow-scripts"


def test_the_page_of_googlenet_is_less_than_a_megabyte() -> None:
    page = fk.report(fk.load_net(SAMPLES / "googlenet/deploy.prototxt"))
    assert len(page.html.encode()) < 1_000_000


def test_colours_of_the_drawing_are_known_to_the_dark_style() -> None:
    page = Read(fk.report(fk.load_net(SAMPLES / "googlenet/train_val.prototxt")).html)
    (style,) = page.texts("style")
    inks = {attrs["fill"] for _, attrs, _ in page.elements if "fill" in attrs} - {"none"}
    assert inks
    dark = style.partition("(prefers-color-scheme: dark)")[2]
    assert {ink for ink in inks if f'[fill="{ink}"]' not in dark} == set()
