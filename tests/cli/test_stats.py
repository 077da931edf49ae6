"""``fillerkit stats``."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

from .conftest import NET, Run

BLOCKS = set("▁▂▃▄▅▆▇█")


@pytest.fixture(autouse=True)
def weights(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights in ``a.npz``; no width is asked for."""
    monkeypatch.delenv("COLUMNS", raising=False)
    fk.load_net(folder / "net.prototxt").save("a.npz", seed=1)


def row(done: subprocess.CompletedProcess[str], key: str) -> str:
    """The line of a blob."""
    (line,) = [line for line in done.stdout.splitlines() if line.split()[:1] == [key]]
    return line


def test_a_blobs_line_has_its_statistics_and_what_it_was_filled_with(run: Run) -> None:
    done = run("stats", "a.npz")
    assert (done.returncode, done.stderr) == (0, "")
    weight = fk.load("a.npz")["ip"].weight
    line = row(done, "ip/0")
    for word in ("weight 4x6", "24", "uniform ±0.7071", f"{weight.mean(dtype=float):.4g}"):
        assert word in line
    assert f"{weight.min():.4g}" in line
    assert row(done, "ip/1").split()[:9] == ["ip/1", "bias", *"440000", "all"]


def test_it_begins_with_the_file_and_what_it_records_and_ends_with_the_totals(run: Run) -> None:
    first, *_, last = run("stats", "a.npz").stdout.splitlines()
    assert first == "a.npz: small, phase TRAIN, seed 1"
    assert last == "2 blobs, 28 values; nothing odd"


def test_a_net_tells_what_the_values_should_be(run: Run, folder: Path) -> None:
    (folder / "other.prototxt").write_text(NET.replace('"xavier"', '"constant" value: 3'))
    done = run("stats", "a.npz", "--net", "other.prototxt")
    assert done.returncode == 0
    line = row(done, "ip/0")
    assert "constant 3" in line
    assert "is not 3" in line
    assert done.stdout.splitlines()[-1] == "2 blobs, 28 values; odd: ip/0"


def test_the_nets_options_go_with_it(run: Run) -> None:
    done = run("stats", "a.npz", "--net", "net.prototxt", "--shape", "data=2,7", "--phase", "test")
    assert done.returncode == 0
    assert "note: ip/0 is 4x7 in the net, not 4x6" in done.stderr


def test_a_net_may_come_from_standard_input(run: Run) -> None:
    done = run("stats", "a.npz", "--net", "-", stdin=NET.replace('"xavier"', '"msra"'))
    assert "gaussian" in row(done, "ip/0")


def test_a_blob_that_the_net_lacks_is_noted(run: Run) -> None:
    done = run("stats", "a.npz", "--net", "-", stdin=NET.replace('"ip"', '"fc"'))
    assert "note: the net has no blob ip/0" in done.stderr


@pytest.mark.parametrize(
    "option", [("--shape", "data=1,2"), ("--phase", "test"), ("--allow-unknown-fields",)]
)
def test_a_nets_options_without_a_net_are_a_mistake_in_use(run: Run, option: tuple[str]) -> None:
    done = run("stats", "a.npz", *option)
    assert done.returncode == 2
    assert "--net NET" in done.stderr


def test_a_file_that_records_nothing_is_shown_all_the_same(run: Run) -> None:
    np.savez("b.npz", **{"p/0": np.float32([1, 2, np.nan, np.inf])})  # type: ignore[arg-type]
    done = run("stats", "b.npz")
    assert done.returncode == 0
    first, *_, last = done.stdout.splitlines()
    assert first == "b.npz"
    assert "1 not a number; 1 infinite" in row(done, "p/0")
    assert last.startswith("1 blob, 4 values; odd: p/0; nothing tells what")


def test_blobs_without_finite_values_are_shown(run: Run) -> None:
    np.savez("b.npz", **{"p/0": np.zeros((0, 2), "f4"), "q/0": np.array([np.nan], "f4")})  # type: ignore[arg-type]
    done = run("stats", "b.npz", "--hist")
    assert done.returncode == 0
    assert "p/0  0x2: nothing in it" in done.stdout
    assert "q/0  1: none of them finite" in done.stdout


def test_a_missing_file_exits_with_1(run: Run) -> None:
    done = run("stats", "no.npz")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no.npz: there is no such file" in done.stderr


def test_into_a_pipe_there_is_no_colour_and_no_blank_at_the_end_of_a_line(run: Run) -> None:
    for line in run("stats", "a.npz", "--hist").stdout.splitlines():
        assert "\x1b" not in line
        assert line == line.rstrip()


def test_a_histogram_is_80_wide_in_a_pipe(run: Run) -> None:
    np.savez("b.npz", **{"p/0": np.random.default_rng(1).uniform(-1, 1, 100_000)})  # type: ignore[arg-type]
    lines = run("stats", "b.npz", "--hist").stdout.splitlines()
    bars = [line for line in lines if BLOCKS & set(line)]
    assert len(bars) == 4
    assert {len(line) for line in bars} == {80}
    (axis,) = [line for line in lines if line.split() == ["-1", "0", "1"]]
    assert len(axis) == 80


def test_a_histogram_is_as_wide_as_it_is_asked_to_be(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    np.savez("b.npz", **{"p/0": np.random.default_rng(1).uniform(-1, 1, 100_000)})  # type: ignore[arg-type]
    bars = [x for x in run("stats", "b.npz", "--hist").stdout.splitlines() if BLOCKS & set(x)]
    assert {len(line) for line in bars} == {50}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_histogram_is_of_ascii_where_the_output_has_no_blocks(
    command: list[str], encoding: str
) -> None:
    done = subprocess.run(
        [*command, "stats", "a.npz", "--hist"],
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    bars = [line for line in done.stdout.splitlines() if b"##" in line]
    assert len(bars) == 4
    assert all(set(line) <= set(b" .:#") for line in bars)


def test_a_blob_of_one_value_needs_no_picture(run: Run) -> None:
    assert "ip/1  bias 4: all 0" in run("stats", "a.npz", "--hist").stdout


def test_json_tells_programs_all_that_the_table_shows(run: Run) -> None:
    shown = json.loads(run("stats", "a.npz", "--json").stdout)
    assert (shown["file"], shown["origin"]["seed"]) == ("a.npz", 1)
    weight, bias = shown["blobs"]
    assert (weight["key"], weight["name"], weight["shape"]) == ("ip/0", "weight", [4, 6])
    assert (weight["count"], weight["zeros"], weight["odd"]) == (24, 0, [])
    assert weight["theory"]["std"] == pytest.approx(6**-0.5)
    assert weight["mean"] == pytest.approx(fk.load("a.npz")["ip"].weight.mean(dtype=float))
    assert (bias["least"], bias["greatest"], bias["zeros"]) == (0, 0, 4)
    assert "histogram" not in weight


def test_json_has_the_histogram_where_it_is_asked_for(run: Run) -> None:
    weight = json.loads(run("stats", "a.npz", "--json", "--hist").stdout)["blobs"][0]
    assert sum(weight["histogram"]) == 24


def test_json_stays_json_where_there_is_no_number(run: Run) -> None:
    np.savez("b.npz", **{"p/0": np.array([np.nan], "f4")})  # type: ignore[arg-type]
    (blob,) = json.loads(run("stats", "b.npz", "--json").stdout)["blobs"]
    assert (blob["mean"], blob["least"], blob["nans"]) == (None, None, 1)


def test_names_with_brackets_and_escapes_are_shown_plainly(run: Run) -> None:
    np.savez("b.npz", **{"[red]\x1b[31m/0": np.zeros(1, "f4")})  # type: ignore[arg-type]
    assert "[red]\\x1b[31m/0" in run("stats", "b.npz", "--hist").stdout


@pytest.mark.parametrize("width", [80, 160])
def test_a_terminals_width_is_not_exceeded(command: list[str], folder: Path, width: int) -> None:
    pty = pytest.importorskip("pty")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    hidden = ("COLUMNS", "LINES", "NO_COLOR", "TERM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    with subprocess.Popen(
        [*command, "stats", "a.npz", "--hist"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color"},
    ) as process:
        os.close(theirs)
        output = b""
        with suppress(OSError):  # the end of a terminal is an error on Linux
            while piece := os.read(ours, 4096):
                output += piece
    os.close(ours)
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", output.decode())
    assert width - 20 < max(map(len, text.splitlines())) <= width
    for word in ("ip/0", "weight 4x6", "uniform", "28 values"):
        assert word in text
    assert ("greatest" in text) == (width == 160)
