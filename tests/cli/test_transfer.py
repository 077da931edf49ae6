"""``fillerkit transfer``."""

from __future__ import annotations

from pathlib import Path

import pytest

import fillerkit as fk

from .conftest import Run


@pytest.fixture
def files(run: Run, folder: Path) -> Path:
    """Weights in ``a.caffemodel`` and ``b.npz``, each with the layers ip and out."""
    net = ("init", "net.prototxt", "--phase", "test")
    run(*net, "--seed", 1, "-o", "a.caffemodel")
    run(*net, "--seed", 2, "-o", "b.npz")
    return folder


def test_it_renames_and_says_what_it_wrote(run: Run, files: Path) -> None:
    done = run("transfer", "a.caffemodel", "-o", "new.npz", "--rename", "*=left/*", "--verbose")
    assert done.stdout == "new.npz: 43 parameters in 4 blobs\n"
    assert done.stderr == (
        "note: copied 2 layers (left/ip, left/out)\n"
        "note: a.caffemodel: ip -> left/ip: copied\n"
        "note: a.caffemodel: out -> left/out: copied\n"
    )
    assert (fk.load("new.npz")["left/ip"].weight == fk.load("a.caffemodel")["ip"].weight).all()


def test_it_drops_layers(run: Run, files: Path) -> None:
    assert run("transfer", "a.caffemodel", "-o", "new.npz", "--copy", "!out").returncode == 0
    assert list(fk.load("new.npz")) == ["ip"]


def test_each_file_has_the_renames_that_stand_behind_it(run: Run, files: Path) -> None:
    first = ("transfer", "a.caffemodel", "--rename", "*=a/*")
    done = run(*first, "--weights", "b.npz", "--rename", "ip=b", "-o", "new.caffemodel")
    assert done.returncode == 0
    assert list(fk.load("new.caffemodel")) == ["a/ip", "a/out", "b", "out"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("a.caffemodel", "-o", "./a.caffemodel"), 2, "is what is read"),
        (("a.caffemodel", "--weights", "b.npz", "-o", "b.npz"), 2, "is what is read"),
        (("no.npz", "-o", "new.npz"), 1, "no.npz: there is no such file"),
        (("a.caffemodel", "-o", "new.weights"), 2, "'new.weights': the name has to end in"),
        (("a.caffemodel", "-o", "no/new.npz"), 1, "no/new.npz"),
        (("a.caffemodel", "-o", "new.npz", "--rename", "jp=x"), 2, "no layer 'jp'"),
        (("a.caffemodel", "-o", "new.npz", "--copy", "conv*"), 2, "'conv*' (--copy) fits"),
        (("a.caffemodel",), 2, "-o"),
    ],
)
def test_a_slip_is_told_and_nothing_is_written(
    words: tuple[str, ...], code: int, said: str, run: Run, files: Path
) -> None:
    before = {file.name: file.read_bytes() for file in files.iterdir()}
    done = run("transfer", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert {file.name: file.read_bytes() for file in files.iterdir()} == before
