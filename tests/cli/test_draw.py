"""``fillerkit draw``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

import fillerkit as fk

from .conftest import NET

Run = Callable[..., subprocess.CompletedProcess[str]]

SAMPLES = Path(__file__).parents[2] / "sample_nets"

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")


def test_the_file_is_named_for_the_net(run: Run, folder: Path) -> None:
    done = run("draw", "net.prototxt")
    assert (done.returncode, done.stdout) == (0, "net.svg: 3 layers, phase TRAIN\n")
    assert (folder / "net.svg").read_bytes() == fk.draw(fk.load_net(NET))


def test_a_net_from_a_pipe_is_drawn_as_net_svg(run: Run, folder: Path) -> None:
    assert run("draw", "-", stdin=NET).stdout == "net.svg: 3 layers, phase TRAIN\n"
    assert (folder / "net.svg").read_bytes() == fk.draw(fk.load_net(NET))


def test_an_svg_is_printed(run: Run, folder: Path) -> None:
    done = run("draw", "net.prototxt", "-o", "-")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.encode() == fk.draw(fk.load_net(NET))
    assert [file.name for file in folder.iterdir()] == ["net.prototxt"]


def test_the_phase_is_drawn_that_is_asked_for(run: Run) -> None:
    done = run("draw", "net.prototxt", "--phase", "test", "-o", "-")
    assert done.stdout.encode() == fk.draw(fk.load_net(NET, phase="TEST"))


@pytest.mark.parametrize(("suffix", "begin"), [("dot", b"digraph {"), ("PNG", b"\x89PNG")])
def test_the_suffix_is_the_format(run: Run, folder: Path, suffix: str, begin: bytes) -> None:
    done = run("draw", "net.prototxt", "-o", f"a.{suffix}")
    assert done.stdout == f"a.{suffix}: 3 layers, phase TRAIN\n"
    assert (folder / f"a.{suffix}").read_bytes().startswith(begin)


@pytest.mark.parametrize("name", ["picture", "picture.webp"])
def test_another_suffix_is_refused_with_those_that_are_possible(
    run: Run, folder: Path, name: str
) -> None:
    done = run("draw", "net.prototxt", "-o", name)
    assert done.returncode == 2
    assert f"'{name}'" in done.stderr
    assert ".svg, .png, .pdf, .eps, .jpg, .gif or .dot" in " ".join(done.stderr.split())
    assert not (folder / name).exists()


def test_without_pygraphviz_it_says_what_to_install(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    done = run("draw", "net.prototxt", "-o", "net.png")
    assert done.returncode == 2
    assert "pip install 'fillerkit[draw]'" in done.stderr
    assert not (folder / "net.png").exists()
    assert run("draw", "net.prototxt", "-o", "net.dot").returncode == 0


def test_nothing_else_is_said(folder: Path, command: list[str]) -> None:
    """Not by the libraries either, which a process of its own would show."""
    done = subprocess.run(
        [*command, "draw", "net.prototxt", "-o", "net.png"], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("net.png: 3 layers, phase TRAIN\n", "")


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("*/deploy.prototxt")), ids=lambda path: str(path.parent.name)
)
def test_the_sample_nets_are_drawn(run: Run, path: Path) -> None:
    svg = ElementTree.fromstring(run("draw", path, "-o", "-").stdout)
    lines = {"".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")}
    net = fk.load_net(path)
    assert {f"{layer.name} ({layer.type})" for layer in net.layers} <= lines
