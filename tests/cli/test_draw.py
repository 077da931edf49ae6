"""``fillerkit draw``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

SAMPLES = Path(__file__).parents[2] / "sample_nets"
SVG = "{http://www.w3.org/2000/svg}"

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


def boxes(svg: str) -> list[list[str]]:
    """The lines of each box."""
    return [
        ["".join(text.itertext()) for text in group.findall(f"{SVG}text")]
        for group in ElementTree.fromstring(svg).findall(f"{SVG}g")
    ]


def box(svg: str, name: str) -> list[str]:
    (found,) = [lines for lines in boxes(svg) if any(line.startswith(name) for line in lines)]
    return found


def test_a_box_has_shapes_parameters_and_fillers(run: Run) -> None:
    svg = run("draw", "net.prototxt", "-o", "-").stdout
    assert box(svg, "data") == ["data (Input)", "→ 2x6"]
    assert box(svg, "ip") == [
        "ip (InnerProduct)",
        "num_output 4",
        "weight 4x6 = 24, xavier",
        "bias 4 = 4, constant 0",
        "relu (ReLU)",
        "→ 2x4",
    ]


def test_a_hint_has_what_the_values_are(run: Run) -> None:
    svg = ElementTree.fromstring(run("draw", "net.prototxt", "-o", "-").stdout)
    hints = [title.text or "" for title in svg.iter(f"{SVG}title")]
    assert any("ip weight: uniform ±0.7071" in hint and "lr_mult 1" in hint for hint in hints)


def test_above_it_stand_name_phase_and_count(run: Run) -> None:
    svg = ElementTree.fromstring(run("draw", "net.prototxt", "--phase", "test", "-o", "-").stdout)
    lines = [text.text for text in svg.findall(f"{SVG}text")]
    assert lines == ["small, phase TEST", "4 layers, 43 parameters"]


def test_layers_of_one_phase_say_so(run: Run) -> None:
    svg = run("draw", "net.prototxt", "--phase", "test", "-o", "-").stdout
    assert "only in TEST" in box(svg, "out")
    svg = run("draw", "-", "-o", "-", stdin=TWINS).stdout
    assert "only in TRAIN with stage x or TRAIN" in box(svg, "p ")
    assert "not in TEST" in box(svg, "q ")


def test_what_is_shared_says_with_whom_and_is_joined(run: Run) -> None:
    svg = run("draw", "-", "-o", "-", stdin=TWINS).stdout
    assert "weight 4x3 = 12, shared with p/weight" in box(svg, "q ")
    assert svg.count('class="loose"') == 1
    assert "1 blob shared (dashed)" in svg


def test_weights_that_start_as_zeros_are_marked(run: Run) -> None:
    svg = ElementTree.fromstring(run("draw", "-", "-o", "-", stdin=TWINS).stdout)
    alarms = [text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "alarm"]
    assert alarms == ["weight 2x4 = 8, constant 0"]


def test_tops_of_one_layer_are_told_apart(run: Run) -> None:
    svg = run("draw", "-", "-o", "-", stdin=TWINS).stdout
    assert box(svg, "pair") == ["pair (Input)", "→ a 1x3", "→ b 1x3"]


def test_in_place_on_one_of_several_tops_stands_alone(run: Run) -> None:
    text = """
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 4] } } }
    layer { name: "s" type: "Slice" bottom: "d" top: "a" top: "b" }
    layer { name: "r" type: "ReLU" bottom: "a" top: "a" }
    layer { name: "t" type: "TanH" bottom: "a" top: "a" }
    layer { name: "e" type: "Eltwise" bottom: "a" bottom: "b" top: "e" }
    """
    svg = run("draw", "-", "-o", "-", stdin=text).stdout
    names = [[line for line in lines if "(" in line] for lines in boxes(svg)]
    assert names == [["d (Input)"], ["s (Slice)"], ["r (ReLU)", "t (TanH)"], ["e (Eltwise)"]]
    assert svg.count('class="edge"') == 4


def test_the_file_is_named_for_the_net(run: Run, folder: Path) -> None:
    done = run("draw", "net.prototxt")
    assert (done.returncode, done.stdout) == (0, "net.svg: 3 layers, phase TRAIN\n")
    ElementTree.fromstring((folder / "net.svg").read_text(encoding="utf-8"))


def test_a_net_from_a_pipe_is_drawn(run: Run, folder: Path) -> None:
    assert run("draw", "-", stdin=TWINS).returncode == 0
    assert (folder / "net.svg").exists()


def test_graphvizs_text_is_written(run: Run, folder: Path) -> None:
    run("draw", "net.prototxt", "-o", "net.dot")
    text = (folder / "net.dot").read_text(encoding="utf-8")
    assert text.startswith("digraph {")
    assert r"ip (InnerProduct)\lnum_output 4\lweight 4x6 = 24, xavier\l" in text
    assert "0 -> 1\n" in text


def test_a_png_without_graphviz_says_what_to_do(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", {}.get)
    done = run("draw", "net.prototxt", "-o", "net.png")
    assert done.returncode == 2
    assert "apt install graphviz" in done.stderr
    assert not (folder / "net.png").exists()


def test_a_file_without_a_suffix_is_refused(run: Run) -> None:
    done = run("draw", "net.prototxt", "-o", "picture")
    assert done.returncode == 2
    assert "a suffix chooses the format" in done.stderr


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("*/deploy.prototxt")), ids=lambda path: str(path.parent.name)
)
def test_the_sample_nets_are_drawn(run: Run, path: Path) -> None:
    done = run("draw", path, "-o", "-")
    assert done.returncode == 0
    ElementTree.fromstring(done.stdout)
