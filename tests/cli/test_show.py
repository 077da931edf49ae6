"""``fillerkit show``."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


SHARED = """
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3] } } }
layer { name: "p" type: "InnerProduct" bottom: "d" top: "p" param { name: "w" lr_mult: 2 }
        inner_product_param { num_output: 4 weight_filler { type: "msra" } } }
layer { name: "q" type: "InnerProduct" bottom: "d" top: "q" param { name: "w" }
        inner_product_param { num_output: 4 weight_filler { type: "msra" } } }
layer { name: "r" type: "PReLU" bottom: "q" top: "q" prelu_param { channel_shared: true } }
layer { name: "l" type: "EuclideanLoss" bottom: "p" bottom: "q" }
"""


def rows(done: subprocess.CompletedProcess[str], layer: str) -> str:
    """The line that a layer begins in a table without colour."""
    (line,) = [line for line in done.stdout.splitlines() if line.split()[:1] == [layer]]
    return line


def test_it_begins_with_net_phase_and_file(run: Run) -> None:
    first = run("show", "net.prototxt").stdout.splitlines()[0]
    for word in ("small", "TRAIN", "net.prototxt"):
        assert word in first


def test_a_layers_line_has_shapes_fans_and_what_the_weight_starts_as(run: Run) -> None:
    line = rows(run("show", "net.prototxt"), "ip")
    for word in ("InnerProduct", "ip 2x4", "weight 4x6", "24", " 6 ", " 4 ", "uniform", "0.7071"):
        assert word in line


def test_a_layer_without_parameters_has_a_line_too(run: Run) -> None:
    assert "ip 2x4" in rows(run("show", "net.prototxt"), "relu")


def test_it_ends_with_the_totals(run: Run) -> None:
    last = run("show", "net.prototxt").stdout.splitlines()[-1]
    for word in ("3 layers", "2 parameter blobs", "28 parameters", "112 bytes"):
        assert word in last


@pytest.mark.parametrize(
    ("outputs", "size"), [(1, "4 bytes"), (500, "2 kB"), (250_000, "1 MB"), (500_000_000, "2 GB")]
)
def test_the_totals_say_how_much_memory_that_is(run: Run, outputs: int, size: str) -> None:
    text = f"""
    layer {{ name: "d" type: "Input" top: "d" input_param {{ shape {{ dim: [1, 1] }} }} }}
    layer {{ name: "p" type: "InnerProduct" bottom: "d" top: "p"
            inner_product_param {{ num_output: {outputs} bias_term: false }} }}
    """
    assert f" {size} " in run("show", "-", stdin=text).stdout.splitlines()[-1]


def test_the_phase_chooses_layers(run: Run) -> None:
    assert "4 layers" in run("show", "net.prototxt", "--phase", "TEST").stdout


def test_a_shared_blob_says_whose_values_it_has(run: Run) -> None:
    done = run("show", "-", stdin=SHARED)
    assert "shared with p/weight" in rows(done, "q")
    assert "1 of them shared" in done.stdout.splitlines()[-1]


RATES = """
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3, 8, 8] } } }
layer { name: "conv" type: "Convolution" bottom: "d" top: "c" param { lr_mult: 0 }
        param { lr_mult: 0 decay_mult: 0 } convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "bn" type: "BatchNorm" bottom: "c" top: "c" }
layer { name: "p" type: "InnerProduct" bottom: "c" top: "p" param { name: "w" lr_mult: 2.5 }
        inner_product_param { num_output: 4 bias_term: false } }
layer { name: "q" type: "InnerProduct" bottom: "c" top: "q" param { name: "w" }
        inner_product_param { num_output: 4 bias_term: false } }
"""


def test_the_rates_of_each_parameter_say_what_is_learned(run: Run) -> None:
    _, _, *lines, last = run("show", "-", "--rates", stdin=RATES).stdout.splitlines()
    cells = [re.split(" {2,}", line)[-3:] for line in lines]
    assert cells == [
        ["0", "1", "no, frozen"],
        ["0", "0", "no, frozen"],
        *[["0", "1", "no, gathered"]] * 3,
        ["2.5", "1", "yes"],
        ["2.5", "1", "with p/weight"],
    ]
    assert last == "697 parameters: 576 learned, 112 frozen, 9 gathered in training"


def test_the_rates_fit_80_columns(run: Run) -> None:
    lines = run("show", "-", "--rates", stdin=RATES).stdout.splitlines()
    assert max(map(len, lines)) <= 80


def test_a_single_value_has_no_fans(run: Run) -> None:
    line = rows(run("show", "-", stdin=SHARED), "r")
    assert "slope scalar" in line
    assert "constant 0.25" in line


def test_nothing_is_filled_or_written(run: Run, folder: Path) -> None:
    run("show", "net.prototxt")
    assert [path.name for path in folder.iterdir()] == ["net.prototxt"]


def test_into_a_pipe_there_is_no_colour_and_no_blank_at_the_end_of_a_line(run: Run) -> None:
    for line in run("show", "net.prototxt", "--phase", "test").stdout.splitlines():
        assert "\x1b" not in line
        assert line == line.rstrip()


def test_into_a_pipe_no_line_is_folded(run: Run) -> None:
    name = "long_" * 3000
    text = (
        f'layer {{ name: "{name}" type: "Input" top: "d"'
        " input_param { shape { dim: [1, 3] } } }\n"
    )
    assert name in run("show", "-", stdin=text).stdout


def test_names_with_brackets_are_shown_as_they_are(run: Run) -> None:
    text = (
        'layer { name: "[red]x[/red]" type: "Input" top: "[bold]"'
        " input_param { shape { dim: 3 } } }\n"
    )
    done = run("show", "-", stdin=text)
    assert "[red]x[/red]" in done.stdout
    assert "[bold] 3" in done.stdout


def test_json_tells_programs_all_that_the_table_shows(run: Run) -> None:
    shown = json.loads(run("show", "--json", "net.prototxt").stdout)
    assert (shown["name"], shown["phase"], shown["file"]) == ("small", "TRAIN", "net.prototxt")
    assert (shown["parameters"], shown["bytes"], shown["outputs"]) == (28, 112, ["ip"])
    assert [layer["name"] for layer in shown["layers"]] == ["data", "ip", "relu"]
    layer = shown["layers"][1]
    assert (layer["type"], layer["line"], layer["bottoms"]) == ("InnerProduct", 3, ["data"])
    assert layer["tops"] == [{"name": "ip", "shape": [2, 4]}]
    weight = layer["params"][0]
    assert (weight["name"], weight["shape"], weight["count"]) == ("weight", [4, 6], 24)
    assert (weight["fan_in"], weight["fan_out"], weight["filler"]) == (6, 4, "xavier")
    assert weight["distribution"]["kind"] == "uniform"
    assert weight["distribution"]["std"] == pytest.approx(6**-0.5)
    assert weight["distribution"]["high"] == pytest.approx(0.5**0.5)


def test_json_tells_rates_and_sharing(run: Run) -> None:
    layers = {
        layer["name"]: layer
        for layer in json.loads(run("show", "--json", "-", stdin=SHARED).stdout)["layers"]
    }
    assert layers["p"]["params"][0]["shared_with"] is None
    assert layers["q"]["params"][0]["shared_with"] == "p/weight"
    assert layers["q"]["params"][0]["lr_mult"] == 2
    assert layers["q"]["params"][0]["decay_mult"] == 1


def test_json_tells_of_a_single_value_that_it_has_no_fans(run: Run) -> None:
    layers = json.loads(run("show", "--json", "-", stdin=SHARED).stdout)["layers"]
    slope = layers[3]["params"][0]
    assert (slope["shape"], slope["fan_in"], slope["fan_out"]) == ([], None, None)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_json_stays_json_where_a_value_is_no_number(run: Run, value: str) -> None:
    text = SHARED.replace('"msra"', f'"constant" value: {value}')
    done = run("show", "--json", "-", stdin=text)
    assert done.returncode == 0

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    json.loads(done.stdout, parse_constant=refuse)


def test_json_tells_of_values_in_the_text(run: Run) -> None:
    text = """
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 2] } } }
    layer { name: "p" type: "InnerProduct" bottom: "d" top: "p"
            inner_product_param { num_output: 1 bias_term: false }
            blobs { shape { dim: [1, 2] } data: [1, 3] } }
    """
    layers = json.loads(run("show", "--json", "-", stdin=text).stdout)["layers"]
    distribution = layers[1]["params"][0]["distribution"]
    assert (distribution["kind"], distribution["mean"], distribution["std"]) == ("given", 2, 1)


def test_notes_go_to_standard_error(run: Run, folder: Path) -> None:
    (folder / "solver.prototxt").write_text('net: "net.prototxt"\n')
    done = run("show", "--json", "solver.prototxt")
    assert "note: " in done.stderr
    json.loads(done.stdout)


def test_an_empty_net_is_shown(run: Run) -> None:
    done = run("show", "-", stdin="\n")
    assert done.returncode == 0
    assert "0 layers" in done.stdout


def test_a_terminal_of_80_columns_is_filled_and_not_exceeded(
    command: list[str], folder: Path
) -> None:
    pty = pytest.importorskip("pty")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    hidden = ("COLUMNS", "LINES", "NO_COLOR", "TERM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    with subprocess.Popen(
        [*command, "show", "net.prototxt", "--phase", "test"],
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
    assert b"\x1b[" in output
    lines = re.sub(r"\x1b\[[0-9;]*m", "", output.decode()).splitlines()
    assert 60 < max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for word in ("ip", "InnerProduct", "weight 4x6", "uniform", "gaussian", "43 parameters"):
        assert word in text
