"""What Tab offers, and what real shells make of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from shells import SHELLS, typed

from fillerkit.cli import completion, fillerkit
from fillerkit.cli.offers import LARGE, offer_of

NEEDS_NO_OFFER = (click.IntRange, click.FloatRange, type(click.INT), type(click.FLOAT))


def _offered(
    *words: str, shell: str = "zsh", capsys: pytest.CaptureFixture[str]
) -> list[tuple[str, str]]:
    """The type and the value of each item for the last word, which is begun."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMP_WORDS", "\n".join(["fillerkit", *words]))
        patch.setenv("COMP_CWORD", str(len(words)))
        completion.complete(fillerkit, f"{shell}_complete")
    said = capsys.readouterr()
    assert said.err == ""
    items = [line.split("\t") for line in said.out.splitlines() if line]
    return [(kind, value) for kind, value, _ in items]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["sh"], ["show"]),
        (["init", "--dt"], ["--dtype"]),
        (["show", "net.prototxt", "--filler", "i"], ["ip="]),
        (["show", "net.prototxt", "--filler", "ip=dir"], ["ip=dirac"]),
        (["show", "net.prototxt", "--filler", "*=dir"], ["*=dirac"]),
        (["show", "net.prototxt", "--filler=ip=dir"], ["--filler=ip=dirac"]),
        (["show", "solver.prototxt", "--filler", "i"], ["ip="]),
        (["show", "old.prototxt", "--filler", ""], ["first="]),
        (["show", "net.prototxt", "--shape", ""], ["data="]),
        (["show", "part.prototxt", "--shape", ""], ["x="]),
        (["show", "net.prototxt", "--type", "Inn"], ["InnerProduct="]),
        (["show", "net.prototxt", "--type", "x=unk"], ["x=unknown"]),
        (["show", "net.prototxt", "--type", "x=PReL"], ["x=PReLU"]),
        (["show", "net.prototxt", "--param", "ip=4x6"], []),
        (["show", "net.prototxt", "--param", "ip=4x6:dir"], ["ip=4x6:dirac"]),
        (["init", "net.prototxt", "--copy", "r"], ["relu"]),
        (["init", "net.prototxt", "--rename", "relu=o"], ["relu=out"]),
        (["init", "net.prototxt", "--phase", ""], ["train", "test"]),
        (["init", "net.prototxt", "--stream", "sh"], ["sharded"]),
        (["init", "net.prototxt", "--boost", "1.58"], ["1.58"]),
        (["init", "net.prototxt", "-o", "net.c"], ["net.caffemodel"]),
        (["init", "net.prototxt", "-o", "out/w.n"], ["out/w.npz"]),
        (["init", "net.prototxt", "-o", "ou"], ["ou.npz", "ou.caffemodel"]),
        (["draw", "net.prototxt", "-o", "net.s"], ["net.svg"]),
        (["convert", "a.npz", "b.h"], ["b.h5"]),
        (["check", "net.prototxt", "--ignore", "zero-w"], ["zero-weights"]),
        (["fillers", "dir"], ["dirac"]),
        (["layers", "PReL"], ["PReLU"]),
    ],
)
def test_what_goes_on_from_a_word_is_offered(
    words: list[str], values: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "out").mkdir()
    (folder / "solver.prototxt").write_text('net: "net.prototxt" base_lr: 1')
    (folder / "old.prototxt").write_text('layers { layer { name: "first" type: "relu" } }')
    (folder / "part.prototxt").write_text('layer { name: "a" type: "ReLU" bottom: "x" top: "y" }')
    found = [value for _, value in _offered(*words, capsys=capsys)]
    assert found[: len(values)] == values
    assert values or not found


def test_no_space_follows_a_value_that_goes_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net").mkdir()
    words = ("init", "net.prototxt", "--filler", "i")
    assert _offered(*words, capsys=capsys) == [("part", "ip=")]
    items = _offered("init", "net.prototxt", "-o", "net", capsys=capsys)
    assert [kind for kind, _ in items] == [*["plain"] * 5, "part"]


@pytest.mark.parametrize(
    "words",
    [["init", "n"], ["init", "net.prototxt", "--weights", ""], ["diff", "a", "b"], ["stats", ""]],
)
def test_files_are_left_to_the_shell(
    words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [kind for kind, _ in _offered(*words, capsys=capsys)] == ["file"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gone.prototxt", None),
        ("folder", None),
        ("half.prototxt", b'layer { name: "ip'),
        ("binary.prototxt", bytes(range(256))),
        ("long.prototxt", b'layer { name: "ip" }' + b" " * LARGE),
        ("escape.prototxt", b'layer { name: "ip\\033[2J\\n" }'),
    ],
)
def test_a_net_that_cannot_be_read_at_once_has_no_names_and_nothing_is_said(
    name: str, text: bytes | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "folder").mkdir()
    if text is not None:
        (folder / name).write_bytes(text)
    assert _offered("init", name, "--filler", "", capsys=capsys) == []


@pytest.mark.parametrize(
    "words",
    [["nope", "--fi"], ["--nope", ""], ["init", "--filler", ""], ["init", "--nope=1", "x", ""]],
)
def test_a_line_that_makes_no_sense_yet_is_no_error(
    words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _offered(*words, capsys=capsys)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--filler", "a", "=", "dir"], "dirac"),
        (["--filler", "=", "a", "=", "dir"], "dirac"),
        (["--param", "a", "=", "4x6", ":", "dir"], "dirac"),
        (["--filler", "'a*=dir"], "a*=dirac"),
        (["--filler", "a"], r"a\ b="),
        (["--filler", "'a"], "a b="),
        (["--filler", "c"], r"c\$d="),
        (["--filler", '"c'], r"c\$d="),
        (["--filler", '"e'], "e'f="),
        (["--filler", "'e"], r"e'\''f="),
    ],
)
def test_bash_gets_what_takes_the_place_of_the_part_that_it_completes(
    words: list[str], value: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("a b", "c$d", "e'f")
    (folder / "odd.prototxt").write_text(
        "".join(f'layer {{ name: "{name}" type: "ReLU" }}' for name in names)
    )
    found = _offered("init", "odd.prototxt", *words, shell="bash", capsys=capsys)
    assert [offered for _, offered in found] == [value]


def test_every_value_of_every_command_has_an_offer() -> None:
    context = click.Context(fillerkit)
    without = [
        (name, param.name)
        for name in fillerkit.list_commands(context)
        for param in getattr(fillerkit.get_command(context, name), "params", ())
        if not getattr(param, "is_flag", False)
        and not isinstance(param.type, (click.Choice, *NEEDS_NO_OFFER))
        and offer_of(name, param) is None
    ]
    assert {option for _, option in without} == {"stages"}


def test_another_shell_is_refused_in_one_line(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from fillerkit.cli import main; main()"],
        env=os.environ | {"_FILLERKIT_COMPLETE": "tcsh_source"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        "_FILLERKIT_COMPLETE is bash_source, zsh_source or fish_source, not 'tcsh_source'"
    )


TYPED = {
    "fillerkit sho": "show",
    "fillerkit show net.pro": "net.prototxt",
    "fillerkit show net.prototxt --filler i": "ip=",
    "fillerkit show net.prototxt --filler ip=dir": "ip=dirac",
    "fillerkit show net.prototxt --filler=ip=dir": "--filler=ip=dirac",
    "fillerkit show net.prototxt --filler 'i*=dir": "i*=dirac",
    "fillerkit show net.prototxt --param ip=4x6:dir": "ip=4x6:dirac",
    "fillerkit show 'my net.prototxt' --shape da": "data=",
    "fillerkit show my\\ net.prototxt --phase=te": "--phase=test",
    "fillerkit init net.prototxt -o w.ca": "w.caffemodel",
    "fillerkit init net.prototxt --weights=net.pro": "--weights=net.prototxt",
    "fillerkit show gone.prototxt --filler i": "i",
}


@pytest.mark.long
@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_words_in_a_real_shell(shell: str, folder: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (folder / "my net.prototxt").write_text((folder / "net.prototxt").read_text())
    lines, screen = typed(shell, TYPED, folder)
    assert {line: words[-1:] for line, words in zip(TYPED, lines, strict=True)} == {
        line: [word] for line, word in TYPED.items()
    }, screen
    assert "rror" not in screen
