"""``fillerkit report``."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import fillerkit as fk

from .conftest import NET

Run = Callable[..., subprocess.CompletedProcess[str]]

pytest.importorskip("jinja2", reason="Jinja2 is not installed")
pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")


def test_a_page_is_written(run: Run, folder: Path) -> None:
    done = run("report", "net.prototxt")
    assert (done.returncode, done.stdout) == (0, "report.html: 3 layers, phase TRAIN\n")
    net = fk.load_net(folder / "net.prototxt")
    assert (folder / "report.html").read_text() == fk.report(net).html.replace(
        net.file, "net.prototxt"
    )


def test_a_page_is_printed(run: Run, folder: Path) -> None:
    done = run("report", "-", "-o", "-", stdin=NET)
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert [file.name for file in folder.iterdir()] == ["net.prototxt"]


def test_the_values_are_those_of_the_seed_or_of_the_file(run: Run, folder: Path) -> None:
    assert run("init", "net.prototxt", "--seed", 5, "-o", "w.npz").returncode == 0
    filled = run("report", "net.prototxt", "--fill", "--seed", 5, "-o", "-").stdout
    read = run("report", "net.prototxt", "--weights", "w.npz", "-o", "-").stdout
    assert "seed 5" in filled
    assert "found: mean" in filled
    assert re.search(r"w\.npz: .*seed 5", read)
    assert (
        filled.partition('<section id="drawing"')[2] == read.partition('<section id="drawing"')[2]
    )


def test_of_zeros_that_a_file_replaces_nothing_is_said(run: Run, folder: Path) -> None:
    assert run("init", "net.prototxt", "--seed", 5, "-o", "w.npz").returncode == 0
    bare = NET.replace('weight_filler { type: "xavier" }', "")
    (folder / "net.prototxt").write_text(bare)
    for done in (run("report", "net.prototxt", "-o", "-"), run("check", "net.prototxt")):
        assert "zeros" in done.stderr + done.stdout
    done = run("report", "net.prototxt", "--weights", "w.npz", "-o", "-")
    assert done.stderr == ""
    assert "Nothing odd was found." in done.stdout
    assert "all zeros" not in done.stdout
    assert 'class="alarm">constant 0' not in done.stdout
    assert "given in w.npz, mean" in done.stdout


def test_a_warning_can_be_silenced(run: Run) -> None:
    assert "xavier-relu" in run("report", "net.prototxt", "-o", "-").stdout
    done = run("report", "net.prototxt", "--ignore", "xavier-relu", "-o", "-")
    assert "xavier-relu" not in done.stdout


def test_signals_of_several_fillers_and_seeds_are_drawn(run: Run) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    options = ["--signal", "--compare", "xavier", "--compare", "msra", "--seeds", 2]
    page = run("report", "net.prototxt", *options, "-o", "-").stdout
    assert "over 2 seeds, the line is seed 1" in page
    assert page.count('class="band"') == 4
    assert "Numbers of msra" in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-o", "a.pdf"], "'a.pdf': a report is a file of HTML: its suffix is to be .html"),
        (["-o", "none/a.html"], "there is no folder 'none'"),
        (["--weights", "none.npz"], "none.npz"),
        (["--weights", "net.prototxt"], "net.prototxt"),
        (["--weights", "a.npz", "--fill"], "--weights and --fill exclude each other"),
        (["--seeds", "3"], "--compare and --seeds go with --signal"),
        (["--signal", "--seeds", "3", "--seed", str(2**32 - 2)], "the last seed"),
    ],
)
def test_what_makes_no_sense_is_one_line(
    run: Run, folder: Path, options: list[str], words: str
) -> None:
    done = run("report", "net.prototxt", *options)
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert [file.name for file in folder.iterdir()] == ["net.prototxt"]


def test_weights_of_another_net_are_refused(run: Run, folder: Path) -> None:
    (folder / "other.prototxt").write_text(NET.replace("num_output: 4", "num_output: 5"))
    run("init", "other.prototxt", "--seed", 1, "-o", "w.npz")
    done = run("report", "net.prototxt", "--weights", "w.npz")
    assert done.returncode == 2
    assert "these are weights of another net: ip/0 is 5x6, and 4x6 in the net" in done.stderr
    assert not (folder / "report.html").exists()
