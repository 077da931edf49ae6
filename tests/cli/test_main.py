"""What all commands share: help, exit codes, messages."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import fillerkit as fk
from fillerkit import cli

Run = Callable[..., subprocess.CompletedProcess[str]]


COMMANDS = cli.fillerkit.list_commands(click.Context(cli.fillerkit))


def test_help_lists_the_commands(run: Run) -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for name in COMMANDS:
        assert f"  {name} " in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(run: Run, name: str, option: str) -> None:
    done = run(name, option)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: fillerkit {name} ")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_a_terminal_of_80_columns(
    run: Run, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert [line for line in run(name, "-h").stdout.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", ["init", "show"])
def test_help_says_what_is_taken_when_an_option_is_not_given(run: Run, name: str) -> None:
    assert "default: the net's own state, else train" in " ".join(run(name, "-h").stdout.split())


def test_the_version_is_the_packages(run: Run) -> None:
    assert run("--version").stdout == f"fillerkit {fk.__version__}\n"


def test_success_is_0(run: Run) -> None:
    assert run("show", "net.prototxt").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["shwo"],
        ["show"],
        ["show", "--colour"],
        ["show", "net.prototxt", "--phase", "both"],
        ["show", "net.prototxt", "--level", "high"],
        ["show", ""],
        ["fillers", "qqq"],
    ],
)
def test_a_mistake_in_use_is_2_with_a_message_on_standard_error(
    run: Run, arguments: list[str]
) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("layer {", "net.prototxt:1:8: "),
        ('layer { nmae: "x" }', "did you mean 'name'"),
        ("\n\nname: lenet", "net.prototxt:3:7: "),
        ('layer { name: "x" type: "ReLU" bottom: "y" top: "z" }', "layer 'x' (ReLU): "),
        ("\0\0", "binary"),
    ],
)
def test_a_mistake_in_a_file_is_1_with_a_message_on_standard_error(
    run: Run, folder: Path, text: str, words: str
) -> None:
    (folder / "net.prototxt").write_text(text)
    done = run("show", "net.prototxt")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_a_command_the_help_is_shown_as_it_is(run: Run) -> None:
    done = run()
    assert "\\n" not in done.stdout + done.stderr
    assert run("--help").stdout.strip() == (done.stdout + done.stderr).strip()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shwo", "no command is called 'shwo'; did you mean 'show'?"),
        ("qqq", "no command is called 'qqq'; --help lists the commands"),
    ],
)
def test_a_command_that_is_not_there_leads_to_one_that_is(run: Run, name: str, words: str) -> None:
    assert words in run(name).stderr


def test_a_file_that_is_not_there_is_1(run: Run) -> None:
    done = run("show", "gone.prototxt")
    assert done.returncode == 1
    assert "gone.prototxt" in done.stderr


def test_a_mistake_on_standard_input_is_placed_there(run: Run) -> None:
    done = run("show", "-", stdin="\nlayer {")
    assert done.returncode == 1
    assert re.search(r"^error: <\w+>:\d+:\d+: ", done.stderr)


def test_a_path_in_place_of_text_on_standard_input_is_no_file(run: Run) -> None:
    assert run("show", "-", stdin="net.prototxt").returncode == 1


def test_a_fault_of_ours_is_told_as_one_and_without_a_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(fk, "load_net", fail)
    monkeypatch.delenv("FILLERKIT_TRACEBACK", raising=False)
    done = run("show", "net.prototxt")
    assert done.returncode == 1
    assert "please report" in done.stderr
    assert "ZeroDivisionError: by zero" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_library_that_cannot_be_loaded_is_no_fault_of_ours(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise ImportError("a page\nof advice") from ImportError("libx.so: cannot be mapped")

    monkeypatch.setattr(fk, "load_net", fail)
    monkeypatch.delenv("FILLERKIT_TRACEBACK", raising=False)
    done = run("show", "net.prototxt")
    assert done.returncode == 1
    assert done.stderr == "error: a library cannot be loaded: libx.so: cannot be mapped\n"


def test_a_fault_of_ours_shows_where_when_asked_to(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(fk, "load_net", fail)
    monkeypatch.setenv("FILLERKIT_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        run("show", "net.prototxt")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [(MemoryError(), 1, "out of memory"), (KeyboardInterrupt(), 130, "interrupted")],
)
def test_what_stops_a_run_from_outside_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(fk, "load_net", fail)
    done = run("show", "net.prototxt")
    assert done.returncode == code
    assert words in done.stderr


@pytest.mark.parametrize(
    ("signal", "code", "words"),
    [(KeyboardInterrupt(), 130, "interrupted"), (cli._Stopped(15), 143, "stopped")],
)
def test_a_signal_is_told_where_python_wraps_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, signal: BaseException, code: int, words: str
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("Error calling __set_name__ on a descriptor") from signal

    monkeypatch.setattr(fk, "load_net", fail)
    monkeypatch.setenv("FILLERKIT_TRACEBACK", "1")
    done = run("show", "net.prototxt")
    assert (done.returncode, done.stderr) == (code, f"error: {words}\n")


def test_a_mistake_makes_no_traceback_in_a_process_of_its_own(
    command: list[str], folder: Path
) -> None:
    (folder / "net.prototxt").write_text("layer {")
    done = subprocess.run([*command, "show", "net.prototxt"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: net.prototxt:1:8: ")
    assert "Traceback" not in done.stderr


def test_into_a_pipe_there_is_no_colour(command: list[str]) -> None:
    done = subprocess.run([*command, "show", "net.prototxt"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "InnerProduct" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_a_reader_who_leaves_early_gets_no_complaint(command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*command, "show", "net.prototxt"], stdout=writing, stderr=subprocess.PIPE, text=True
        )
    finally:
        os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 1  # click's answer to EPIPE


def ended(command: list[str], *arguments: str, closed: str) -> subprocess.CompletedProcess[str]:
    """The command with streams closed, or with ``| true`` for a reader that is gone."""
    line = f'"$@" {closed}' if closed != "| true" else '{ sleep 0.5; "$@"; } | true'
    shell = ["bash", "-o", "pipefail", "-c", line, "bash", *command, *arguments]
    return subprocess.run(shell, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("closed", "code", "told"),
    [
        (">&-", 1, "error: standard output cannot be written: Bad file descriptor\n"),
        ("| true", 1, ""),
        ("2>&-", 0, ""),
        ("<&-", 0, ""),
        ("<&- >&- 2>&-", 1, ""),
    ],
)
def test_a_stream_that_is_closed_is_no_fault_of_ours(
    command: list[str], closed: str, code: int, told: str
) -> None:
    done = ended(command, "show", "net.prototxt", closed=closed)
    assert (done.returncode, done.stderr) == (code, told)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("wrong", "code"), [("gone.prototxt", 1), ("--gone", 2)])
def test_an_error_that_nobody_reads_keeps_its_exit_code(
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
    code: int,
    unbuffered: str,
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    assert ended(command, "show", wrong, closed="2>&-").returncode == code
    assert ended(command, "show", wrong, closed="2>&1 | true").returncode == code


def test_what_an_encoding_lacks_is_shown_as_its_escape(command: list[str], folder: Path) -> None:
    (folder / "é.prototxt").write_text('name: "→"')
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for arguments in (
        ["show", "é.prototxt"],
        ["show", "ü"],
        ["show", "--ö"],
        ["check", "é.prototxt"],
    ):
        done = subprocess.run(
            [*command, *arguments],
            env={**os.environ, **ascii_only},
            capture_output=True,
            check=False,
        )
        assert (done.stdout + done.stderr).isascii()
        assert b"fault" not in done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--\x1b[31m\nerror: x"],
        ["sh\rw"],
        ["show", "net.prototxt", "\x9b"],
        ["show", "--level", "\u202e"],
    ],
)
def test_arguments_are_made_printable_in_messages_on_their_use(
    run: Run, arguments: list[str]
) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    *usage, message = done.stderr.split("\n")[:-1]
    assert message.startswith("Error: ")
    assert all(line.isprintable() for line in (*usage, message))
    assert len(usage) == 3
