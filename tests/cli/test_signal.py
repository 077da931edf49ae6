"""``fillerkit signal``."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from small_sources import write_records

from .conftest import Run

pytest.importorskip("torch", reason="PyTorch is not installed")

DEEP = 'layer { name: "data" type: "Input" top: "x" input_param { shape { dim: [1, 64] } } }\n'
DEEP += "".join(
    f'layer {{ name: "ip{at}" type: "InnerProduct" bottom: "x" top: "x" inner_product_param {{'
    ' num_output: 64 weight_filler { type: "xavier" } } }\n'
    f'layer {{ name: "relu{at}" type: "ReLU" bottom: "x" top: "x" }}\n'
    for at in range(12)
)


@pytest.fixture(autouse=True)
def deep(folder: Path) -> None:
    (folder / "deep.prototxt").write_text(DEEP)


def test_a_row_a_layer_and_a_verdict(run: Run) -> None:
    done = run("signal", "net.prototxt", "--phase", "test", "--seed", "3")
    assert done.returncode == 0
    title, head, *rows, verdict = done.stdout.splitlines()
    assert title == "small, phase TEST, seed 3, batch 16: net.prototxt"
    columns = ["layer", "type", "top", "rms", "factor", "theory", "zeros", "dead"]
    assert head.split() == [*columns, "grad", "factor", "theory"]
    assert [row.split()[0] for row in rows] == ["data", "ip", "relu", "out"]
    assert verdict.startswith("forward: keeps (x ")
    assert "; backward: keeps (x " in verdict
    assert done.stderr == "note: data: unit gaussian values\n"


def test_fillers_are_compared_a_row_each(run: Run) -> None:
    done = run("signal", "deep.prototxt", "--compare", "msra", "--compare", "gaussian(std=0.01)")
    _, head, msra, gaussian = done.stdout.splitlines()
    assert head.split() == ["filler", "forward", "backward"]
    assert msra.split()[:2] == ["msra", "keeps"]
    assert gaussian.split()[:2] == ["gaussian(std=0.01)", "shrinks"]
    assert gaussian.count("shrinks by 10^1") == 2


def test_a_chart_is_drawn_where_it_is_asked_for(run: Run) -> None:
    words = ("signal", "deep.prototxt", "--compare", "msra", "--compare", "xavier")
    plain, chart = run(*words), run(*words, "--chart")
    assert chart.stdout.startswith(plain.stdout)
    drawn = chart.stdout[len(plain.stdout) :].splitlines()
    assert drawn[0].startswith("forward: ")
    assert drawn[-1] == "A msra  B xavier"
    rows = [line for line in drawn if "|" in line]
    assert sum(line.count("B") + line.count("+") for line in rows) == 24
    assert max(map(len, drawn)) <= 80


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_a_plot_is_written_by_its_suffix(run: Run, folder: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    done = run("signal", "deep.prototxt", "--compare", "msra", "--plot", f"x.{suffix}")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"x.{suffix}: 1 line")
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix]
    assert (folder / f"x.{suffix}").read_bytes().startswith(begins)


def test_a_plot_of_another_kind_is_refused_before_anything_runs(run: Run) -> None:
    done = run("signal", "net.prototxt", "--plot", "x.gif")
    assert (done.returncode, done.stdout) == (2, "")
    assert ".png, .svg, .pdf" in done.stderr


def test_without_matplotlib_it_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = run("signal", "net.prototxt", "--plot", "x.svg")
    assert done.returncode == 2
    assert "pip install 'fillerkit[plot]'" in done.stderr


def test_without_pytorch_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    done = run("signal", "net.prototxt")
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'fillerkit[torch]'" in done.stderr


def test_json_tells_programs_all_that_the_table_shows(run: Run) -> None:
    shown = json.loads(run("signal", "net.prototxt", "--json").stdout)
    assert (shown["net"], shown["filler"], shown["batch"]) == ("small", None, 16)
    assert shown["forward"]["verdict"] == "keeps"
    data, ip, relu = shown["layers"]
    assert (data["name"], ip["shape"], relu["dead"]) == ("data", [16, 4], relu["dead"])
    assert ip["factor"] == pytest.approx(ip["rms"] / data["rms"])
    compared = json.loads(run("signal", "net.prototxt", "--json", "--compare", "msra").stdout)
    assert [signal["filler"] for signal in compared] == ["msra"]


def test_json_stays_json_where_there_is_no_number(run: Run) -> None:
    words = ("signal", "deep.prototxt", "--json", "--compare")
    (exploded,) = json.loads(run(*words, "gaussian(std=1e20)").stdout)
    assert exploded["forward"]["factor"] is None
    assert exploded["forward"]["lost_at"] == "ip1"


def test_only_zeros_that_no_file_replaces_are_told_of(run: Run, folder: Path) -> None:
    run("init", "net.prototxt", "--phase", "train", "-o", "w.npz")
    bare = re.sub("weight_filler {.*?}", "", (folder / "net.prototxt").read_text())
    (folder / "net.prototxt").write_text(bare)
    words = ("signal", "net.prototxt", "--weights", "w.npz")
    copied = "note: copied 1 layer (ip) from w.npz; filled {}\n"
    assert run(*words).stderr.splitlines(True)[0] == copied.format("0 layers")
    zeros, told, *_ = run(*words, "--phase", "test").stderr.splitlines(True)
    assert zeros.startswith("note: all zeros") and zeros.endswith(": out\n")
    assert told == copied.format("1 layer (out)")


def test_weights_and_inputs_come_from_files(run: Run, folder: Path) -> None:
    run("init", "net.prototxt", "-o", "w.npz", "--seed", "9")
    np.save(folder / "x.npy", np.ones((3, 6)))
    done = run("signal", "net.prototxt", "--weights", "w.npz", "--input", "x.npy")
    assert "batch 3" in done.stdout
    named = run("signal", "net.prototxt", "--weights", "w.npz", "--input", "data=x.npy")
    assert named.stdout == done.stdout


def test_an_input_without_a_name_or_path_is_a_mistake_in_use(run: Run) -> None:
    done = run("signal", "net.prototxt", "--input", "a", "--input", "b=c")
    assert done.returncode == 2
    assert "NAME=PATH" in done.stderr


def test_all_shows_layers_without_parameters_too(run: Run) -> None:
    net = DEEP + 'layer { name: "drop" type: "Dropout" bottom: "x" top: "x" }'
    less, more = run("signal", "-", stdin=net), run("signal", "-", "--all", stdin=net)
    assert "drop" not in less.stdout
    assert "drop" in more.stdout


def test_into_a_pipe_there_is_no_colour_and_no_blank_at_the_end_of_a_line(run: Run) -> None:
    for line in run("signal", "deep.prototxt", "--chart").stdout.splitlines():
        assert "\x1b" not in line
        assert line == line.rstrip()


def test_the_commands_name_does_not_hide_pythons_signals(run: Run) -> None:
    import signal

    run("signal", "net.prototxt")
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        run("signal", "net.prototxt")
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)


def test_the_nets_own_data_goes_in_unless_gaussian_values_are_asked_for(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    write_records()
    (folder / "data.prototxt").write_text(
        'layer { name: "data" type: "Data" top: "data" '
        'data_param { source: "db" backend: LMDB batch_size: 2 } }\n'
        'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" '
        'inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }\n'
    )
    assert "note: data: the first 16 items of db\n" in run("signal", "data.prototxt").stderr
    words = ("signal", "data.prototxt", "--gaussian")
    assert "note: data: unit gaussian values\n" in run(*words).stderr
    both = run(*words, "--input", "x.npy")
    assert both.returncode == 2
    assert "--input and --gaussian exclude each other" in both.stderr
