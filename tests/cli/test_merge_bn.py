"""``fillerkit merge-bn``."""

from __future__ import annotations

from pathlib import Path

import pytest

import fillerkit as fk

from .conftest import Run

NET = """layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "bn" type: "BatchNorm" bottom: "ip" top: "ip" }  # 网络
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
layer { name: "scale" type: "Scale" bottom: "ip" top: "ip" }
"""
FILES = ("bn.prototxt", "w.npz")
NEW = ("-o", "new.prototxt", "new.caffemodel")


@pytest.fixture
def files(run: Run, folder: Path) -> Path:
    """A net in ``bn.prototxt``, with a comment that is no UTF-8, and weights in ``w.npz``."""
    (folder / "bn.prototxt").write_bytes(NET.replace("\n", "\r\n").encode("gbk"))
    assert run("init", "bn.prototxt", "--seed", 1, "-o", "w.npz").returncode == 0
    return folder


def test_help_says_that_the_phase_is_test(run: Run) -> None:
    assert "[default: test]" in run("merge-bn", "-h").stdout
    assert "else train" not in run("merge-bn", "-h").stdout


def test_it_writes_both_files_and_tells_what_it_did(run: Run, files: Path) -> None:
    done = run("merge-bn", *FILES, *NEW, "--verbose")
    assert done.returncode == 0
    assert done.stdout == (
        "new.prototxt: 1 layer folded into 1, 1 left\nnew.caffemodel: 32 parameters\n"
    )
    assert "note: bn -> ip: folded\n" in done.stderr
    assert "note: left layer 'scale' (Scale): it stands behind layer 'relu'" in done.stderr
    assert list(fk.load("new.caffemodel")) == ["ip", "scale"]


def test_the_bytes_of_the_text_stay_as_they_are(run: Run, files: Path) -> None:
    run("merge-bn", *FILES, *NEW)
    lines = (files / "bn.prototxt").read_bytes().split(b"\r\n")
    lines[3] = "# 网络".encode("gbk")
    assert (files / "new.prototxt").read_bytes() == b"\r\n".join(lines)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((*FILES, "-o", "bn.prototxt", "new.npz"), 2, "'bn.prototxt' is what is read"),
        ((*FILES, "-o", "new.prototxt", "./w.npz"), 2, "'./w.npz' is what is read"),
        ((*FILES, "-o", "new.npz", "./new.npz"), 2, "give two names"),
        ((*FILES, "-o", "new.prototxt", "new.weights"), 2, "'new.weights': the name has to end in"),
        ((*FILES, "-o", "new.npz", "new.prototxt"), 2, "'new.prototxt' stands second"),
        ((*FILES, "-o", "new.prototxt", "no/new.npz"), 1, "no/new.npz"),
        ((*FILES, "-o", "no/new.prototxt", "new.npz"), 1, "no/new.prototxt"),
        ((*FILES, "-o", ".", "new.npz"), 1, "not a regular file"),
        ((*FILES, "-o", "new.prototxt"), 2, "requires 2 arguments"),
        (FILES, 2, "Missing option '-o'"),
        (("no.prototxt", "w.npz", *NEW), 1, "no.prototxt: there is no such file"),
        (("bn.prototxt", "no.npz", *NEW), 1, "no.npz: there is no such file"),
        (("w.npz", "bn.prototxt", *NEW), 1, "w.npz: is binary, not a prototxt"),
        (("net.prototxt", "w.npz", *NEW), 1, "w.npz: has no layer out"),
        (("bn.prototxt", "w.npz", *NEW, "--phase", "train"), 1, "the statistics of the batch"),
    ],
)
def test_a_slip_is_told_and_nothing_is_written(
    words: tuple[str, ...], code: int, said: str, run: Run, files: Path
) -> None:
    before = {file.name: file.read_bytes() for file in files.iterdir()}
    done = run("merge-bn", *words)
    assert said in done.stderr
    assert done.returncode == code
    assert {file.name: file.read_bytes() for file in files.iterdir()} == before


def test_of_many_layers_that_are_left_the_first_are_told_of(run: Run, files: Path) -> None:
    scale = NET.splitlines()[-1]
    more = "".join(scale.replace('"scale"', f'"s{n}"') + "\n" for n in range(5))
    (files / "bn.prototxt").write_text(NET + more)
    run("init", "bn.prototxt", "--seed", 1, "-o", "w.npz")
    done = run("merge-bn", *FILES, *NEW)
    assert "left layer 's1'" in done.stderr
    assert "left layer 's2'" not in done.stderr
    assert "note: left 3 more layers; --verbose says why\n" in done.stderr
    assert "left layer 's4'" in run("merge-bn", *FILES, *NEW, "--verbose").stderr


def test_a_net_comes_from_standard_input(run: Run, files: Path) -> None:
    done = run("merge-bn", "-", "w.npz", *NEW, stdin=NET)
    assert done.returncode == 0
    assert '"bn"' not in (files / "new.prototxt").read_text()
