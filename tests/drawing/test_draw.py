"""``fillerkit.draw``: pictures of nets, and files of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from google.protobuf import text_format

import fillerkit as fk
from fillerkit.schema.caffe_pb2 import NetParameter

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

SVG = "{http://www.w3.org/2000/svg}"
HINT = "{http://www.w3.org/1999/xlink}title"
JOINER = "\N{WORD JOINER}".encode()  # without width, behind each backslash
NET = """
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
"""
BEGINS = {
    "svg": b"<?xml",
    "png": b"\x89PNG",
    "pdf": b"%PDF",
    "eps": b"%!PS-Adobe",
    "jpg": b"\xff\xd8\xff",
    "gif": b"GIF8",
    "dot": b"digraph {",
}


@pytest.fixture
def net() -> fk.Net:
    return fk.load_net(NET)


def texts(svg: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def hints(svg: bytes) -> Iterator[str]:
    for link in ElementTree.fromstring(svg).iter(f"{SVG}a"):
        yield link.attrib[HINT]


@pytest.mark.parametrize("format", BEGINS)
def test_a_net_is_drawn_in_every_format(net: fk.Net, format: str) -> None:
    assert fk.draw(net, format=format).startswith(BEGINS[format])


@pytest.mark.parametrize("suffix", [*BEGINS, "PNG"])
def test_the_suffix_of_a_file_chooses_the_format(net: fk.Net, tmp_path: Path, suffix: str) -> None:
    picture = fk.draw(net, tmp_path / f"net.{suffix}")
    assert picture.startswith(BEGINS[suffix.lower()])
    assert (tmp_path / f"net.{suffix}").read_bytes() == picture


def test_a_format_that_is_named_counts_more_than_the_suffix(net: fk.Net, tmp_path: Path) -> None:
    fk.draw(net, tmp_path / "net.picture", format="png")
    assert (tmp_path / "net.picture").read_bytes().startswith(b"\x89PNG")


def test_the_same_net_makes_the_same_bytes(net: fk.Net) -> None:
    assert fk.draw(net) == fk.draw(fk.load_net(NET))


def test_an_svg_has_the_lines_of_the_boxes_below_each_other(net: fk.Net) -> None:
    svg = ElementTree.fromstring(fk.draw(net))
    found = {"".join(text.itertext()): text for text in svg.iter(f"{SVG}text")}
    box = [found[line] for line in ("ip (InnerProduct)", "num_output 4", "relu (ReLU)", "→ 2x4")]
    assert len({text.attrib["x"] for text in box}) == 1
    heights = [float(text.attrib["y"]) for text in box]
    assert heights == sorted(heights)
    assert float(found["small, phase TRAIN"].attrib["y"]) < heights[0]


def test_boxes_are_as_wide_as_monospaced_letters_need(net: fk.Net) -> None:
    """Whatever font a browser has, its letters are 0.6 of their size wide."""
    for group in ElementTree.fromstring(fk.draw(net)).iter(f"{SVG}a"):
        shape = group.find(f"{SVG}polygon")
        if shape is None or not (lines := group.findall(f"{SVG}text")):
            continue
        right = max(float(point.split(",")[0]) for point in shape.attrib["points"].split())
        for line in lines:
            assert line.attrib["font-family"] == "Courier,monospace"
            width = 0.6 * float(line.attrib["font-size"]) * len(line.text or "")
            assert float(line.attrib["x"]) + width < right


def test_a_box_of_an_svg_has_a_hint(net: fk.Net) -> None:
    (hint,) = [hint for hint in hints(fk.draw(net)) if hint.startswith("ip (InnerProduct)")]
    assert "ip weight: uniform ±0.7071, std 0.4082, lr_mult 1, decay_mult 1" in hint.splitlines()


NASTY = [
    "<b>&amp;</b> <&>]]>",
    "\"quoted\" 'twice'",
    r"\N \\N \n \G \L \\",
    "{a|b} | <port>",
    "名前 ü →",
    "--> <!-- -->",
    "&#10;%s &lt;",
]


@pytest.mark.parametrize("name", NASTY)
def test_any_name_is_shown_as_it_is(name: str) -> None:
    svg = fk.draw(named(name)).replace(JOINER, b"")
    assert f"{name} (Input)" in texts(svg)
    assert f"{name}, phase TRAIN" in texts(svg)
    assert f"→ {name}2 1" in texts(svg)
    box, silent, arrow = hints(svg)
    assert silent == "silent (Silence)"
    assert box.splitlines()[0] == f"{name} (Input)"
    assert arrow == name


@pytest.mark.parametrize(
    ("name", "seen"), [("a\nb", r"a\nb"), ("\x1b[31m", r"\x1b[31m"), ("\0\x7f", r"\x00\x7f")]
)
def test_what_has_no_look_is_shown_as_its_escape(name: str, seen: str) -> None:
    assert f"{seen} (Input)" in texts(fk.draw(named(name)).replace(JOINER, b""))


def test_a_name_of_any_length_is_drawn() -> None:
    svg = fk.draw(named("\x1b" * 100_000))
    assert max(map(len, hints(svg))) < 50_000


def test_a_box_of_any_height_is_drawn() -> None:
    layer = 'layer {{ name: "r{}" type: "ReLU" bottom: "ip" top: "ip" }}\n'
    svg = fk.draw(fk.load_net(NET + "".join(map(layer.format, range(1000)))))
    assert "r999 (ReLU)" in texts(svg)


def test_a_drawing_is_changed_and_drawn_again(net: fk.Net) -> None:
    dot = fk.draw(net, format="dot").decode()
    assert b"#f6d9cf" in fk.draw(dot)
    assert b"#123456" in fk.draw(dot.replace("#f6d9cf", "#123456"))


def test_a_text_that_is_no_graph_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="no graph"):
        fk.draw("net.prototxt")


@pytest.mark.parametrize("name", ["net", "net.webp", "net.", ".svg"])
def test_another_suffix_is_an_error_that_lists_what_is_possible(
    net: fk.Net, tmp_path: Path, name: str
) -> None:
    with pytest.raises(fk.UsageError, match=rf"{name}': .*suffix.* \.svg, \.png, .* or \.dot"):
        fk.draw(net, tmp_path / name)
    assert not [*tmp_path.iterdir()]


def test_another_format_is_an_error_that_lists_what_is_possible(net: fk.Net) -> None:
    with pytest.raises(fk.UsageError, match=r"'webp': .*\.svg, \.png, .* or \.dot"):
        fk.draw(net, format="webp")


def test_without_pygraphviz_the_extra_is_named_and_no_file_is_left(
    net: fk.Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(fk.UsageError, match=r"pip install 'fillerkit\[draw\]'"):
        fk.draw(net, tmp_path / "net.png")
    assert not [*tmp_path.iterdir()]


def test_graphvizs_text_needs_no_pygraphviz(net: fk.Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert fk.draw(net, format="dot").startswith(b"digraph {")


def test_a_file_is_replaced_whole_or_stays(
    net: fk.Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.svg"
    path.write_text("old")
    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(fk.FormatError, match=r"net\.svg: cannot be written: no room"):
        fk.draw(net, path)
    monkeypatch.undo()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("net.svg", "old")]
    fk.draw(net, path)
    assert "ip (InnerProduct)" in texts(path.read_bytes())


def fails(*arguments: object) -> None:
    raise OSError(28, "no room")


def test_a_folder_that_is_not_there_is_an_error(net: fk.Net, tmp_path: Path) -> None:
    with pytest.raises(fk.FormatError, match="there is no folder"):
        fk.draw(net, tmp_path / "none" / "net.svg")


def in_a_process(before: str) -> subprocess.CompletedProcess[str]:
    """Draw in a process of its own: libraries complain once, and to the system's stderr."""
    code = f"{before}\nimport fillerkit as fk\nprint(fk.draw('digraph {{ a }}', format='png')[1:4])"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_what_graphvizs_libraries_complain_of_is_kept_away(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig><unknown-element/></fontconfig>")
    config = f"import os; os.environ['FONTCONFIG_FILE'] = {str(tmp_path / 'fonts.conf')!r}"
    done = in_a_process(config)
    assert (done.stdout, done.stderr) == ("b'PNG'\n", "")


def test_the_standard_error_is_there_again_afterwards(
    net: fk.Net, capfd: pytest.CaptureFixture[str]
) -> None:
    fk.draw(net)
    os.write(2, b"still there")
    assert capfd.readouterr().err == "still there"


def test_a_process_without_a_standard_error_draws_too() -> None:
    assert in_a_process("import os; os.close(2)").stdout == "b'PNG'\n"


def test_more_than_a_thousand_boxes_are_drawn_without_a_word(tmp_path: Path) -> None:
    layer = 'layer {{ name: "r{0}" type: "ReLU" bottom: "ip" top: "r{0}" }}\n'
    (tmp_path / "net.prototxt").write_text(NET + "".join(map(layer.format, range(1001))))
    code = "import fillerkit as fk; fk.draw(fk.load_net('net.prototxt'), 'net.svg')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def named(name: str) -> fk.Net:
    """A net that has a name everywhere."""
    message = NetParameter(name=name)
    layer = message.layer.add(name=name, type="Input", top=[name, f"{name}2"])
    layer.input_param.shape.add(dim=[1])
    message.layer.add(name="silent", type="Silence", bottom=[name])
    return fk.load_net(text_format.MessageToString(message))


def test_threads_that_draw_leave_the_standard_error_as_it_is() -> None:
    code = """
import os, sys, threading
import fillerkit as fk

def draw():
    for _ in range(3):
        fk.draw("digraph { a -> b }")

threads = [threading.Thread(target=draw) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
os.write(2, b"by number ")
print("by name", file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "by number by name\n"


def test_a_path_in_place_of_a_net_is_refused(tmp_path: Path) -> None:
    with pytest.raises(fk.UsageError, match=r"'lenet\.prototxt' is no graph"):
        fk.draw("lenet.prototxt", tmp_path / "x.dot")


def test_the_classes_of_a_box_say_which_layers_stand_in_it(net: fk.Net) -> None:
    boxes = re.findall(r'<g id="node\d+" class="node ([^"]+)">', fk.draw(net).decode())
    inside = [int(number) for box in boxes for number in re.findall(r"layer(\d+)", box)]
    assert sorted(inside) == list(range(len(net.layers)))
    assert len(boxes) < len(inside)
